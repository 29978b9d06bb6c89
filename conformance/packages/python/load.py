"""Prints the digest and the ids of the vectors that the package holds."""

import icid_vectors

print(icid_vectors.digest())
for _, file in icid_vectors.files():
    for test in file["tests"]:
        print(test["id"])
