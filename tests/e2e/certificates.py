"""Certificates that sign themselves, made with the openssl program for cases of TLS."""

import subprocess

from checks import Failed


def make_certificates(folder, wanted):
    """`wanted` is {name: host}. Writes NAME.pem and NAME.key; returns {"name.pem": path, ...}."""
    names = {}
    for name, host in wanted.items():
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        done = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-days", "2",
             "-keyout", str(key), "-out", str(certificate)],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"openssl req: {done.stderr}")
        names[f"{name}.pem"], names[f"{name}.key"] = str(certificate), str(key)
    return names
