"""Operations of Internet Identity."""

from .. import image, internet_identity, migration, storage
from ..policy import Policy
from ..values import blob, nat64, text
from .registry import Json, operation


@operation("ii.seed", ("salt", "anchor", "origin"))
def _ii_seed(question: Json, _: Policy) -> Json:
    salt, anchor = blob(question["salt"]), nat64(question["anchor"])
    return {"seed": internet_identity.seed(salt, anchor, text(question["origin"])).hex()}


@operation("ii.account_seed", ("salt", "account", "origin"))
def _ii_account_seed(question: Json, _: Policy) -> Json:
    salt, account = blob(question["salt"]), nat64(question["account"])
    return {"seed": internet_identity.account_seed(salt, account, text(question["origin"])).hex()}


@operation("ii.user_key", ("canister_id", "seed"))
def _ii_user_key(question: Json, _: Policy) -> Json:
    spki, user = internet_identity.user_key(blob(question["canister_id"]), blob(question["seed"]))
    return {"spki": spki.hex(), "principal": user.hex()}


@operation("ii.storage_decode", ("memory",))
def _ii_storage_decode(question: Json, _: Policy) -> Json:
    return storage.answer(storage.read(image.from_json(question["memory"])))


@operation("ii.storage_migrate", ("memory", "to"))
def _ii_storage_migrate(question: Json, _: Policy) -> Json:
    memory = image.from_json(question["memory"])
    return {"memory": image.to_json(migration.migrate(memory, question["to"]))}
