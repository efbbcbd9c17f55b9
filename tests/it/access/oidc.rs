//! The real client against a small identity provider of the test.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use callcue::access::{Identity, IdentityError, IdentityProvider, OidcPlan, OidcProvider};
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    Audience, EmptyAdditionalClaims, EndUserUsername, IssuerUrl, JsonWebKeyId, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, PrivateSigningKey, StandardClaims, SubjectIdentifier,
};
use serde_json::json;

/// What the provider does wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Wrong {
    #[default]
    Nothing,
    Issuer,
    Audience,
    Nonce,
    Expired,
    Key,
    Unsigned,
    NoToken,
    Status,
}

/// What the provider knows of the log-in under way.
#[derive(Clone, Debug, Default)]
struct Asked {
    nonce: String,
    challenge: String,
    wrong: Wrong,
}

struct TestProvider {
    issuer: String,
    asked: Arc<Mutex<Asked>>,
}

fn signing_key(id: &str) -> CoreEdDsaPrivateSigningKey {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(
        &pair.serialize_pem(),
        Some(JsonWebKeyId::new(id.to_owned())),
    )
    .unwrap()
}

impl TestProvider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Asked::default()));
        let (own, told) = (issuer.clone(), Arc::clone(&asked));
        let serve = move || {
            let (key, stranger) = (signing_key("one"), signing_key("one"));
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let (path, body) = read_request(&stream);
                let asked = told.lock().unwrap().clone();
                let signer = if asked.wrong == Wrong::Key { &stranger } else { &key };
                let (status, answer) = answer(&own, &path, &body, &asked, &key, signer);
                let text = format!(
                    "HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
                    answer.len()
                );
                // A client that has heard enough is gone.
                let _ = (&stream).write_all(text.as_bytes());
            }
        };
        thread::Builder::new().name("provider".to_owned()).spawn(serve).unwrap();
        Self { issuer, asked }
    }

    fn client(&self) -> OidcProvider {
        OidcProvider::new(OidcPlan {
            issuer: self.issuer.clone(),
            client_id: "callcue-floor".to_owned(),
            client_secret: None,
            public_origin: "https://floor.example.com".to_owned(),
            label: "企业账号登录".to_owned(),
        })
    }

    /// A whole log-in, in which the provider does something wrong.
    fn log_in(&self, wrong: Wrong) -> Result<Identity, IdentityError> {
        let client = self.client();
        let (url, pending) = client.begin()?;
        let asked = query(&url);
        assert!(url.starts_with(&format!("{}/authorize?", self.issuer)), "{url}");
        assert_eq!(asked["client_id"], "callcue-floor");
        assert_eq!(asked["redirect_uri"], "https%3A%2F%2Ffloor.example.com%2Fapi%2Foidc%2Fcallback");
        assert_eq!(
            (asked["response_type"].as_str(), asked["code_challenge_method"].as_str()),
            ("code", "S256")
        );
        assert_eq!(asked["state"], pending.state.reveal());
        assert!(!url.contains(pending.verifier.reveal()), "the verifier stays here");
        *self.asked.lock().unwrap() =
            Asked { nonce: asked["nonce"].clone(), challenge: asked["code_challenge"].clone(), wrong };
        client.finish(&pending, "the-code")
    }
}

fn query(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split_once('?').map_or(text, |(_, query)| query).split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn read_request(stream: &TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    (head.split(' ').nth(1).unwrap_or_default().to_owned(), String::from_utf8(body).unwrap())
}

fn answer(
    issuer: &str,
    path: &str,
    body: &str,
    asked: &Asked,
    key: &CoreEdDsaPrivateSigningKey,
    signer: &CoreEdDsaPrivateSigningKey,
) -> (u16, String) {
    match path {
        "/.well-known/openid-configuration" => (
            200,
            json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/jwks"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["EdDSA"],
            })
            .to_string(),
        ),
        "/jwks" => {
            let keys = CoreJsonWebKeySet::new(vec![key.as_verification_key()]);
            (200, serde_json::to_string(&keys).unwrap())
        }
        "/token" if asked.wrong == Wrong::Status => (500, "{}".to_owned()),
        "/token" => {
            let sent = query(body);
            let verifier = PkceCodeVerifier::new(sent["code_verifier"].clone());
            let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
            assert_eq!((sent["code"].as_str(), challenge.as_str()), ("the-code", asked.challenge.as_str()));
            let mut tokens = json!({"access_token": "a", "token_type": "bearer"});
            if asked.wrong != Wrong::NoToken {
                tokens["id_token"] = id_token(issuer, asked, signer).into();
            }
            (200, tokens.to_string())
        }
        _ => (404, "{}".to_owned()),
    }
}

fn id_token(issuer: &str, asked: &Asked, signer: &CoreEdDsaPrivateSigningKey) -> String {
    let wrong =
        |kind, bad: &str, good: &str| if asked.wrong == kind { bad.to_owned() } else { good.to_owned() };
    let issuer = IssuerUrl::new(wrong(Wrong::Issuer, "http://elsewhere.example", issuer)).unwrap();
    let audience = vec![Audience::new(wrong(Wrong::Audience, "another-client", "callcue-floor"))];
    let hour = Duration::from_secs(3_600);
    // The provider's time is the machine's: the client reads that, too.
    let now_s = jiff::Timestamp::now().as_second().unsigned_abs();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now_s);
    let until = if asked.wrong == Wrong::Expired { now - hour } else { now + hour };
    let subject = StandardClaims::new(SubjectIdentifier::new("sub-248289761001".to_owned()))
        .set_preferred_username(Some(EndUserUsername::new("wang.fang".to_owned())));
    let claims =
        CoreIdTokenClaims::new(issuer, audience, until.into(), now.into(), subject, EmptyAdditionalClaims {})
            .set_nonce(Some(Nonce::new(wrong(Wrong::Nonce, "another", &asked.nonce))));
    let token = CoreIdToken::new(claims, signer, CoreJwsSigningAlgorithm::EdDsa, None, None).unwrap();
    let text = token.to_string();
    if asked.wrong != Wrong::Unsigned {
        return text;
    }
    let parts: Vec<&str> = text.split('.').collect();
    format!("{}.{}.", parts[0], parts[1])
}

#[test]
fn whom_the_provider_vouches_for_is_known_by_subject() {
    let provider = TestProvider::start();
    let identity = provider.log_in(Wrong::Nothing).unwrap();
    let wanted = Identity { subject: "sub-248289761001".into(), user_name: Some("wang.fang".into()) };
    assert_eq!(identity, wanted);
    assert_eq!(provider.client().label(), "企业账号登录");
}

#[test]
fn a_token_that_is_not_exactly_right_lets_nobody_in() {
    let provider = TestProvider::start();
    for wrong in [
        Wrong::Issuer,
        Wrong::Audience,
        Wrong::Nonce,
        Wrong::Expired,
        Wrong::Key,
        Wrong::Unsigned,
        Wrong::NoToken,
        Wrong::Status,
    ] {
        let refused = provider.log_in(wrong);
        assert!(matches!(refused, Err(IdentityError::Untrusted(_))), "{wrong:?}: {refused:?}");
    }
    provider.log_in(Wrong::Nothing).unwrap();
}

#[test]
fn a_provider_that_is_not_there_is_told() {
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = OidcProvider::new(OidcPlan {
        issuer: format!("http://{dead}"),
        client_id: "callcue-floor".to_owned(),
        client_secret: None,
        public_origin: "http://127.0.0.1:7900".to_owned(),
        label: String::new(),
    });
    assert!(matches!(client.begin(), Err(IdentityError::Unavailable(_))));
}
