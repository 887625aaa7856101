"""A certificate of the server's own: a phone's browser gives its camera to https and localhost alone."""

import datetime as dt
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from howfar.errors import MissingExtraError
from howfar.files import replacing

VALID_DAYS = 365
RENEWED_DAYS = 30
"""A certificate that ends sooner than this is made anew."""
OWNER_ALONE = 0o700
"""Who may look into the folder."""


def self_signed(folder: Path, names: Iterable[str]) -> tuple[Path, Path]:
    """The certificate and key of the server, which are made where there are none for these names.

    They are kept, so that a browser that trusted them once is not asked again.

    Args:
        folder: Where they are kept.
        names: The names and addresses that the server is called by.

    Returns:
        The files of the certificate and of the key.

    Raises:
        MissingExtraError: If the library that makes them is not installed.
        OutputError: If they cannot be written.
    """
    try:
        from cryptography import x509
    except ImportError:
        raise MissingExtraError("A certificate of the server's own", "serve-tls") from None
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    wanted = sorted({name.strip("[]") for name in names} - {"0.0.0.0", "::", ""})
    if certificate.is_file() and key.is_file():
        kept = x509.load_pem_x509_certificate(certificate.read_bytes())
        until = dt.datetime.now(dt.UTC) + dt.timedelta(days=RENEWED_DAYS)
        if kept.not_valid_after_utc > until and set(wanted) <= set(_names_of(kept)):
            return certificate, key
    certificate_pem, key_pem = _made(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(OWNER_ALONE)  # before there is a key in it
    for path, content in ((key, key_pem), (certificate, certificate_pem)):
        with replacing(path, overwrite=True) as temporary:
            temporary.write_bytes(content)
    return certificate, key


def _made(names: list[str]) -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "howfar")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    key = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), key


def _general(name: str):  # type: ignore[no-untyped-def]
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _names_of(certificate) -> list[str]:  # type: ignore[no-untyped-def]
    from cryptography import x509

    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]
