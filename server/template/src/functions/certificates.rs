//! Private keys and certificates, in the shape that Go's `crypto/x509` gives them.
//!
//! Keys are made of the host's randomness, or are the host's own where making them takes too long. The bytes
//! can never equal Helm's; names, lifetimes, usages and the order of the extensions do.

mod keys;
mod pem;
mod x509;

use std::any::Any;
use std::net::IpAddr;

pub use self::keys::new_rsa_key;
use self::keys::{Kind, PrivateKey};
use self::x509::{Issuer, Request};
use super::encoding::decode_base64;
use crate::value::methods::object;
use crate::{Arg, Cx, Data, Failure, Function, GoType, Int, List, Map, Object, Str, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("genPrivateKey", gen_private_key),
    function!("genCA", gen_ca),
    function!("genCAWithKey", gen_ca_with_key),
    function!("genSelfSignedCert", gen_self_signed_cert),
    function!("genSelfSignedCertWithKey", gen_self_signed_cert_with_key),
    function!("genSignedCert", gen_signed_cert),
    function!("genSignedCertWithKey", gen_signed_cert_with_key),
    function!("buildCustomCert", build_custom_cert),
];

/// Makes a private key of type `rsa`, `ecdsa`, `ed25519` or `dsa` and gives it as PEM. A deploy makes a new one
/// on every run.
///
/// `{{ genPrivateKey "ecdsa" }}` is a PEM block `EC PRIVATE KEY`
pub fn gen_private_key(cx: &mut Cx<'_>, kind: Str) -> Result<String, Failure> {
    const RSA_BITS: usize = 4096;
    let kind = match kind.as_bytes() {
        b"" | b"rsa" => Kind::Rsa(RSA_BITS),
        b"dsa" => Kind::Dsa,
        b"ecdsa" => Kind::Ecdsa,
        b"ed25519" => Kind::Ed25519,
        _ => return Ok(format!("Unknown type {}", kind.to_text())),
    };
    cx.budget.work(kind.steps())?;
    Ok(match PrivateKey::make(cx.host, kind) {
        Ok(key) => key.to_pem(),
        Err(error) => format!("failed to generate private key: {error}"),
    })
}

/// Makes a certificate authority that is valid for some days: `.Cert` and `.Key`, both as PEM.
///
/// `{{ $ca := genCA "my-ca" 365 }}{{ $ca.Cert }}` is a PEM block `CERTIFICATE`
pub fn gen_ca(cx: &mut Cx<'_>, cn: Str, days: Int) -> Result<Value, Failure> {
    let key = new_key(cx)?;
    authority(cx, &cn, days, &key)
}

/// Makes a certificate authority like `genCA`, with a private key of one's own as PEM.
///
/// `{{ (genCAWithKey "my-ca" 365 .Values.key).Cert }}` is a PEM block `CERTIFICATE`
pub fn gen_ca_with_key(cx: &mut Cx<'_>, cn: Str, days: Int, key: Str) -> Result<Value, Failure> {
    let key = own_key(&key)?;
    authority(cx, &cn, days, &key)
}

/// Makes a certificate that vouches for itself, for IP addresses and DNS names, valid for some days.
///
/// `{{ (genSelfSignedCert "example.com" (list "10.0.0.1") (list "www.example.com") 365).Cert }}` is a PEM block
/// `CERTIFICATE`
pub fn gen_self_signed_cert(
    cx: &mut Cx<'_>,
    cn: Str,
    ips: List,
    dns: List,
    days: Int,
) -> Result<Value, Failure> {
    let key = new_key(cx)?;
    self_signed(cx, &Names { cn, ips, dns }, days, &key)
}

/// Makes a certificate like `genSelfSignedCert`, with a private key of one's own as PEM.
///
/// `{{ (genSelfSignedCertWithKey "example.com" nil nil 365 .Values.key).Key }}` is the same key
pub fn gen_self_signed_cert_with_key(
    cx: &mut Cx<'_>,
    cn: Str,
    ips: List,
    dns: List,
    days: Int,
    key: Str,
) -> Result<Value, Failure> {
    let key = own_key(&key)?;
    self_signed(cx, &Names { cn, ips, dns }, days, &key)
}

/// Makes a certificate for IP addresses and DNS names, signed by a certificate authority out of `genCA`.
///
/// `{{ (genSignedCert "example.com" nil (list "example.com") 365 (genCA "my-ca" 365)).Cert }}` is a PEM block
/// `CERTIFICATE`
pub fn gen_signed_cert(
    cx: &mut Cx<'_>,
    cn: Str,
    ips: List,
    dns: List,
    days: Int,
    ca: Certificate,
) -> Result<Value, Failure> {
    let key = new_key(cx)?;
    signed(cx, &Names { cn, ips, dns }, days, &ca, &key)
}

/// Makes a certificate like `genSignedCert`, with a private key of one's own as PEM.
///
/// `{{ (genSignedCertWithKey "example.com" nil nil 365 $ca .Values.key).Key }}` is the same key
pub fn gen_signed_cert_with_key(
    cx: &mut Cx<'_>,
    cn: Str,
    ips: List,
    dns: List,
    days: Int,
    ca: Certificate,
    key: Str,
) -> Result<Value, Failure> {
    let key = own_key(&key)?;
    signed(cx, &Names { cn, ips, dns }, days, &ca, &key)
}

/// Makes `.Cert` and `.Key` out of a certificate and a private key that are base64 of PEM, and checks both.
///
/// `{{ (buildCustomCert .Values.cert .Values.key).Cert }}` is a PEM block `CERTIFICATE`
pub fn build_custom_cert(cert: Str, key: Str) -> Result<Value, Failure> {
    let cert = decode_base64(&cert).map_err(|_| "unable to decode base64 certificate")?;
    let key = decode_base64(&key).map_err(|_| "unable to decode base64 private key")?;
    let block = pem::decode(&cert).ok_or("unable to decode certificate")?;
    Issuer::parse(&block.bytes)
        .map_err(|error| format!("error parsing certificate: decodedCert.Bytes: {error}"))?;
    PrivateKey::parse(&key).map_err(|error| format!("error parsing private key: {error}"))?;
    Ok(object(Certificate { cert: cert.into(), key: key.into() }))
}

fn new_key(cx: &Cx<'_>) -> Result<PrivateKey, Failure> {
    const BITS: usize = 2048;
    cx.budget.work(Kind::Rsa(BITS).steps())?;
    let key = PrivateKey::make(cx.host, Kind::Rsa(BITS));
    key.map_err(|error| format!("error generating rsa key: {error}").into())
}

fn own_key(pem: &Str) -> Result<PrivateKey, Failure> {
    PrivateKey::parse(pem).map_err(|error| format!("parsing private key: {error}").into())
}

/// For whom a certificate is.
struct Names {
    cn: Str,
    ips: List,
    dns: List,
}

fn authority(cx: &Cx<'_>, cn: &Str, days: Int, key: &PrivateKey) -> Result<Value, Failure> {
    let request = Request::new(cx.host, cn, days.0, true);
    certify(&request, key, None)
}

fn self_signed(cx: &Cx<'_>, names: &Names, days: Int, key: &PrivateKey) -> Result<Value, Failure> {
    certify(&request(cx, names, days)?, key, None)
}

fn signed(
    cx: &Cx<'_>,
    names: &Names,
    days: Int,
    ca: &Certificate,
    key: &PrivateKey,
) -> Result<Value, Failure> {
    let block = pem::decode(&ca.cert).ok_or("unable to decode certificate")?;
    let issuer = Issuer::parse(&block.bytes)
        .map_err(|error| format!("error parsing certificate: decodedSignerCert.Bytes: {error}"))?;
    let issuer_key =
        PrivateKey::parse(&ca.key).map_err(|error| format!("error parsing private key: {error}"))?;
    certify(&request(cx, names, days)?, key, Some((issuer, issuer_key)))
}

fn request(cx: &Cx<'_>, names: &Names, days: Int) -> Result<Request, Failure> {
    let mut request = Request::new(cx.host, &names.cn, days.0, false);
    for ip in names.ips.items().iter() {
        let text =
            ip.as_str().ok_or_else(|| format!("error parsing ip: {} is not a string", shown(cx, ip)))?;
        let text = text.to_text();
        let ip: IpAddr = text.parse().map_err(|_| format!("error parsing ip: {text}"))?;
        request.ips.push(ip);
    }
    for name in names.dns.items().iter() {
        let text = name.as_str().ok_or_else(|| {
            format!("error processing alternate dns name: {} is not a string", shown(cx, name))
        })?;
        request.dns.push(text.clone());
    }
    Ok(request)
}

fn certify(
    request: &Request,
    key: &PrivateKey,
    issuer: Option<(Issuer, PrivateKey)>,
) -> Result<Value, Failure> {
    let (issuer, signer) = match &issuer {
        Some((issuer, signer)) => (Some(issuer), signer),
        None => (None, key),
    };
    let certificate = x509::certificate(request, key, issuer, signer)
        .map_err(|error| format!("error creating certificate: {error}"))?;
    let cert = pem::encode("CERTIFICATE", &certificate);
    Ok(object(Certificate { cert: cert.into(), key: key.to_pem().into() }))
}

/// Sprig's `certificate`.
#[derive(Clone, Debug, Default)]
pub struct Certificate {
    cert: Str,
    key: Str,
}

impl Object for Certificate {
    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn type_name(&self) -> &str {
        "sprig.certificate"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", self.cert.clone().into()), ("Key", self.key.clone().into())]
    }

    fn to_json(&self) -> Value {
        self.fields().into_iter().collect::<Map>().into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Arg for Certificate {
    const TYPE: GoType = GoType::Named("sprig.certificate");
    fn take(value: &Value) -> Self {
        let Data::Object(it) = &value.data else { return Self::default() };
        it.as_any().downcast_ref::<Self>().cloned().unwrap_or_default()
    }
}

/// A value in a message.
fn shown(cx: &Cx<'_>, value: &Value) -> String {
    super::strval::strval_shared(cx, value).to_text().into_owned()
}

#[cfg(test)]
mod tests {
    use rsa::traits::PublicKeyParts as _;

    use super::*;
    use crate::functions::testing::call;

    fn field(certificate: &Value, name: &str) -> Str {
        let Data::Object(it) = &certificate.data else { panic!("no certificate") };
        it.field(name).unwrap().as_str().unwrap().clone()
    }

    fn names(items: &[&str]) -> List {
        List::any(items.iter().map(|&it| Value::from(it)).collect())
    }

    /// A key that is made fast.
    fn key() -> Str {
        call(|cx| gen_private_key(cx, "ecdsa".into())).unwrap().into()
    }

    fn ca() -> Certificate {
        Certificate::take(&call(|cx| gen_ca_with_key(cx, "my-ca".into(), Int(10), key())).unwrap())
    }

    #[test]
    fn keys_have_gos_block_types() {
        for (kind, want) in
            [("ecdsa", "EC PRIVATE KEY"), ("ed25519", "PRIVATE KEY"), ("dsa", "DSA PRIVATE KEY")]
        {
            let pem = call(|cx| gen_private_key(cx, kind.into())).unwrap();
            assert!(pem.starts_with(&format!("-----BEGIN {want}-----\n")), "{pem}");
            let again = PrivateKey::parse(pem.as_bytes()).unwrap().to_pem();
            assert_eq!(again, pem);
        }
        assert_eq!(call(|cx| gen_private_key(cx, "bad".into())).unwrap(), "Unknown type bad");
    }

    #[test]
    fn a_key_of_the_usual_size_has_all_its_bits() {
        let PrivateKey::Rsa(key) = call(|cx| PrivateKey::make(cx.host, Kind::Rsa(2048))).unwrap() else {
            panic!("another kind of key");
        };
        assert_eq!((key.n().bits(), key.e().to_string().as_str()), (2048, "65537"));
        key.validate().unwrap();
    }

    #[test]
    fn the_hosts_rsa_key_is_used() {
        struct Prepared(Vec<u8>);
        impl crate::Host for Prepared {
            fn now(&self) -> i128 {
                0
            }
            fn random(&self, into: &mut [u8]) {
                into.fill(7);
            }
            fn rsa_key(&self, _bits: usize) -> Option<Vec<u8>> {
                Some(self.0.clone())
            }
        }
        let made = call(|cx| PrivateKey::make(cx.host, Kind::Rsa(512))).unwrap();
        let der = pem::decode(made.to_pem().as_bytes()).unwrap().bytes;
        let host = Prepared(der);
        assert_eq!(PrivateKey::make(&host, Kind::Rsa(2048)).unwrap().to_pem(), made.to_pem());
    }

    #[test]
    fn signed_certificates_name_their_issuer() {
        let make = |cx: &mut Cx<'_>| {
            let (ips, dns) = (names(&["10.0.0.1", "::1"]), names(&["*.example.com"]));
            gen_signed_cert_with_key(cx, "example.com".into(), ips, dns, Int(3), ca(), key())
        };
        let certificate = call(make).unwrap();
        let block = pem::decode(&field(&certificate, "Cert")).unwrap();
        let read = x509::tests::Read::parse(&block.bytes);
        assert_eq!((read.issuer.as_str(), read.subject.as_str()), ("CN=my-ca", "CN=example.com"));
        assert_eq!(read.valid, "2026-11-23T05:25:45Z 2026-11-26T05:25:45Z");
        assert_eq!(read.extensions, ["2.5.29.15!", "2.5.29.37", "2.5.29.19!", "2.5.29.35", "2.5.29.17"]);
        assert_eq!(field(&certificate, "Key"), key());
    }

    #[test]
    fn authorities_are_marked() {
        let ca = ca();
        let block = pem::decode(&ca.cert).unwrap();
        let read = x509::tests::Read::parse(&block.bytes);
        assert_eq!(read.extensions, ["2.5.29.15!", "2.5.29.37", "2.5.29.19!", "2.5.29.14"]);
        assert_eq!(read.issuer, read.subject);
    }

    #[test]
    fn custom_certificates_are_checked() {
        let encode = |text: &[u8]| Str::from(data_encoding::BASE64.encode(text));
        let error = |cert: Str, key: Str| {
            build_custom_cert(cert, key).map(|_| ()).map_err(|it| it.message().to_owned())
        };
        let ca = ca();
        assert_eq!(error(encode(&ca.cert), encode(&ca.key)), Ok(()));
        assert_eq!(error("*".into(), "".into()), Err("unable to decode base64 certificate".into()));
        assert_eq!(error("".into(), "*".into()), Err("unable to decode base64 private key".into()));
        assert_eq!(error("".into(), "".into()), Err("unable to decode certificate".into()));
        assert_eq!(
            error(encode(&ca.cert), "".into()),
            Err("error parsing private key: no PEM data in input".into())
        );
    }

    #[test]
    fn refusals() {
        let error = |ips: List, dns: List| {
            let made = call(|cx| gen_self_signed_cert_with_key(cx, "a".into(), ips, dns, Int(1), key()));
            made.map(|_| ()).unwrap_err().message().to_owned()
        };
        assert_eq!(error(names(&["x"]), names(&[])), "error parsing ip: x");
        assert_eq!(error(List::any(vec![Int(1).into()]), names(&[])), "error parsing ip: 1 is not a string");
        let dns = List::any(vec![true.into()]);
        assert_eq!(error(names(&[]), dns), "error processing alternate dns name: true is not a string");
        let own = call(|cx| gen_ca_with_key(cx, "a".into(), Int(1), "x".into())).unwrap_err();
        assert_eq!(own.message(), "parsing private key: no PEM data in input");
        let dsa = call(|cx| gen_private_key(cx, "dsa".into())).unwrap();
        let dsa = call(|cx| gen_ca_with_key(cx, "a".into(), Int(1), dsa.into())).unwrap_err();
        assert_eq!(
            dsa.message(),
            "error creating certificate: x509: certificate private key does not implement crypto.Signer"
        );
    }
}
