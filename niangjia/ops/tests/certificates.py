"""A certificate authority of a test's own, and a certificate that it has signed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make(folder: Path, name: str) -> tuple[Path, Path, Path]:
    """The authority's certificate, the chain of ``name`` and its key, as files."""
    authority, top = ec.generate_private_key(ec.SECP256R1()), _name("Example Authority")
    root = _certificate(top, top, authority.public_key(), authority, x509.BasicConstraints(ca=True, path_length=0))
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _certificate(
        _name(name), top, key.public_key(), authority, x509.SubjectAlternativeName([x509.DNSName(name)])
    )
    files = folder / "ca.pem", folder / "fullchain.pem", folder / "privkey.pem"
    files[0].write_bytes(_pem(root))
    files[1].write_bytes(_pem(leaf) + _pem(root))
    files[2].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number(), now - timedelta(hours=1),
                                now + timedelta(days=1))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(signer, hashes.SHA256())
    )  # fmt: skip


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
