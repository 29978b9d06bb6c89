"""An executable model of the Internet Computer's identity rules, in Python.

It is written from the clause catalogue and the public interface specification 0.66.0 and shares
nothing with the model in Rust, so that a misreading has to be made twice to go unnoticed.
One module per family of clauses; `operations` maps the operations of the protocol to them.
"""
