"""Floor 2: mail. Bytes to facts (`parse`), notices to bytes (`compose`), and the two servers (`inbox`, `smtp`).

Imports only domain and text; knows no database, no round and no form.
"""
