"""Mutual TLS with certificates that live as long as the process.

Each side trusts one certificate only: that of the other. go-plugin's are ECDSA
over P-521, which gRPC's own C core does not take; Python's ssl does.
"""

import datetime
import os
import ssl
import tempfile
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "localhost"  # both sides of go-plugin go by it


@dataclass(frozen=True)
class Identity:
    """Who this process is, towards the host."""

    cert: bytes  # DER
    server: ssl.SSLContext  # for the host's connections to us
    client: ssl.SSLContext  # for ours to the host


def identity(host_cert: str, folder: str) -> Identity:
    """Makes a certificate. The key is in the folder for a moment: ssl reads files only."""
    key = ec.generate_private_key(ec.SECP256R1())
    cert = _sign(key)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + cert.public_bytes(serialization.Encoding.PEM)
    descriptor, path = tempfile.mkstemp(dir=folder)  # 0600
    try:
        with os.fdopen(descriptor, "wb") as f:
            f.write(pem)
        server = _context(ssl.PROTOCOL_TLS_SERVER, host_cert, path)
        client = _context(ssl.PROTOCOL_TLS_CLIENT, host_cert, path)
    finally:
        os.unlink(path)
    return Identity(cert.public_bytes(serialization.Encoding.DER), server, client)


def _context(protocol, host_cert: str, pair: str) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=host_cert)
    context.load_cert_chain(pair)
    context.set_alpn_protocols(["h2"])
    return context


def _sign(key) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.timezone.utc)
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .sign(key, hashes.SHA256())
    )
