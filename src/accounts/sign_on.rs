//! Sign-on by a provider that the office has: [OpenID Connect
//! 1.0](https://openid.net/specs/openid-connect-core-1_0.html), the authorization code flow with
//! PKCE. Nothing is asked of the provider but when somebody signs on.

mod error;
mod settings;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreSubjectIdentifierType, CoreTokenIntrospectionResponse,
    CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyAdditionalProviderMetadata, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IdTokenClaims, IdTokenFields, Nonce, PkceCodeChallenge, PkceCodeVerifier, ResponseTypes, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

pub use error::Error;
pub use settings::{FILE_NAME, RETURN};
use settings::{NameClaim, Settings};

use super::account::{Account, same_name};
use super::role::{Role, Roles};
use super::sessions::Session;

/// A provider answers within this time.
const PATIENCE: Duration = Duration::from_secs(15);
/// What a provider says of itself is asked for again after this time.
const FRESH: Duration = Duration::from_mins(10);
/// Somebody signs on within this time.
const LASTS: Duration = Duration::from_mins(10);
/// Sign-ons that may be under way; the oldest ends for the next.
const MOST: usize = 256;
/// More is in no answer of a provider, in bytes.
const LARGEST: u64 = 1 << 20;

/// The claims beside those that `OpenID Connect` names.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct OfficeClaims(Map<String, Value>);

impl AdditionalClaims for OfficeClaims {}

type Fields = IdTokenFields<
    OfficeClaims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type OfficeClient = Client<
    OfficeClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Somebody who was led to the provider.
struct Pending {
    verifier: PkceCodeVerifier,
    nonce: Nonce,
    next: String,
    begun: Instant,
}

/// Where a sign-on begins.
#[derive(Debug)]
pub struct Start {
    /// The provider's page.
    pub address: String,
    /// What comes back from it; the same browser must have it.
    pub state: String,
}

/// The sign-on of an office.
pub struct SignOn {
    settings: Settings,
    agent: Agent,
    metadata: Mutex<Option<(Instant, Arc<CoreProviderMetadata>)>>,
    pending: Mutex<HashMap<String, Pending>>,
}

impl SignOn {
    /// That of a folder of meetings; `None` where its office has none.
    ///
    /// # Errors
    /// [`Error::Settings`] when the file is not as it should be.
    pub fn of(folder: &Path) -> Result<Option<Self>, Error> {
        let Some(settings) = Settings::read(folder)? else { return Ok(None) };
        let mut config =
            Agent::config_builder().http_status_as_error(false).max_redirects(0).timeout_global(Some(PATIENCE));
        if let Some(authority) = settings.authority(folder)? {
            let damaged = |error: ureq::Error| Error::settings(folder, format!("sertifikat: {error}"));
            let roots = RootCerts::new_with_certs(&[Certificate::from_pem(&authority).map_err(damaged)?]);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(Some(Self { settings, agent: config.build().into(), metadata: Mutex::default(), pending: Mutex::default() }))
    }

    /// Leads somebody to the provider, who wants to go to `next` afterwards.
    ///
    /// # Errors
    /// [`Error::Provider`] when the provider does not answer as one.
    pub fn begin(&self, next: String, now: Instant) -> Result<Start, Error> {
        let client = self.client(now)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let request = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scopes = self.settings.scopes.iter().cloned().map(Scope::new);
        let (address, state, nonce) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, one| now.saturating_duration_since(one.begun) < LASTS);
        if pending.len() >= MOST {
            let oldest = pending.iter().min_by_key(|(_, one)| one.begun).map(|(state, _)| state.clone());
            oldest.map(|state| pending.remove(&state));
        }
        let state = state.into_secret();
        pending.insert(state.clone(), Pending { verifier, nonce, next, begun: now });
        Ok(Start { address: address.to_string(), state })
    }

    /// Somebody has come back with a code: who they are, and where they wanted to go. `accounts`
    /// are
    /// those of the house.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Settings`].
    pub fn finish(
        &self,
        state: &str,
        code: String,
        accounts: &[Account],
        now: Instant,
    ) -> Result<(Session, String), Error> {
        let Pending { verifier, nonce, next, begun } =
            self.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(state).ok_or(Error::Late)?;
        if now.saturating_duration_since(begun) >= LASTS {
            return Err(Error::Late);
        }
        let client = self.client(now)?;
        let provider = |detail: String| Error::Provider { issuer: self.settings.issuer.to_string(), detail };
        let exchange =
            client.exchange_code(AuthorizationCode::new(code)).map_err(|error| provider(error.to_string()))?;
        let answer = exchange.set_pkce_verifier(verifier).request(&self.http());
        let answer = answer.map_err(|error| provider(whole(&error)))?;
        let token = answer.id_token().ok_or_else(|| provider("no ID token".to_owned()))?;
        let claims = token.claims(&client.id_token_verifier(), &nonce).map_err(|error| provider(whole(&error)))?;
        Ok((self.session(claims, accounts)?, next))
    }

    /// The session of somebody whom the provider knows.
    fn session(
        &self,
        claims: &IdTokenClaims<OfficeClaims, CoreGenderClaim>,
        accounts: &[Account],
    ) -> Result<Session, Error> {
        let name = match self.settings.name {
            NameClaim::Name => claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            NameClaim::PreferredUsername => claims.preferred_username().map(|name| name.to_string()),
            NameClaim::Email => claims.email().map(|name| name.to_string()),
        };
        let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let name = name.ok_or(Error::Nameless { claim: self.settings.name.key() })?;
        // Whoever has an account of the house would be taken for another.
        if accounts.iter().any(|account| same_name(&account.name, &name)) {
            return Err(Error::Taken { name });
        }
        let more = &claims.additional_claims().0;
        let groups = texts(more.get(&self.settings.groups));
        let roles: Roles =
            self.settings.roles.iter().filter(|(group, _)| groups.contains(group)).map(|(_, role)| *role).collect();
        let person = self.settings.person.as_ref().and_then(|claim| texts(more.get(claim)).into_iter().next());
        let roles: Roles = roles.iter().filter(|role| *role != Role::Member || person.is_some()).collect();
        if roles.iter().next().is_none() {
            return Err(Error::NoRole { name });
        }
        Session::signed_on(name, roles, person).map_err(|_| Error::Random)
    }

    fn client(&self, now: Instant) -> Result<OfficeClient, Error> {
        let metadata = self.metadata(now)?;
        let settings = &self.settings;
        let client = Client::from_provider_metadata(
            CoreProviderMetadata::clone(&metadata),
            ClientId::new(settings.client.clone()),
            settings.secret.clone().map(ClientSecret::new),
        );
        Ok(client.set_redirect_uri(settings.returns.clone()))
    }

    /// What the provider says of itself, or what the office has said of it.
    fn metadata(&self, now: Instant) -> Result<Arc<CoreProviderMetadata>, Error> {
        let mut known = self.metadata.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((asked, metadata)) = &*known
            && now.saturating_duration_since(*asked) < FRESH
        {
            return Ok(Arc::clone(metadata));
        }
        let settings = &self.settings;
        let provider = |detail: String| Error::Provider { issuer: settings.issuer.to_string(), detail };
        let fresh = match &settings.endpoints {
            None => CoreProviderMetadata::discover(&settings.issuer, &self.http()),
            Some(endpoints) => CoreJsonWebKeySet::fetch(&endpoints.keys, &self.http()).map(|keys| {
                let metadata = CoreProviderMetadata::new(
                    settings.issuer.clone(),
                    endpoints.authorization.clone(),
                    endpoints.keys.clone(),
                    vec![ResponseTypes::new(vec![CoreResponseType::Code])],
                    vec![CoreSubjectIdentifierType::Public],
                    vec![CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, CoreJwsSigningAlgorithm::EcdsaP256Sha256],
                    EmptyAdditionalProviderMetadata::default(),
                );
                metadata.set_token_endpoint(Some(endpoints.token.clone())).set_jwks(keys)
            }),
        };
        let fresh = Arc::new(fresh.map_err(|error| provider(whole(&error)))?);
        *known = Some((now, Arc::clone(&fresh)));
        Ok(fresh)
    }

    fn http(&self) -> impl Fn(HttpRequest) -> Result<HttpResponse, ureq::Error> + '_ {
        |request| {
            let answer = if request.body().is_empty() {
                self.agent.run(request.map(|_| ()))?
            } else {
                self.agent.run(request)?
            };
            let (head, mut body) = answer.into_parts();
            let body = body.with_config().limit(LARGEST).read_to_vec()?;
            Ok(openidconnect::http::Response::from_parts(head, body))
        }
    }
}

/// The texts of a claim that has one or several.
fn texts(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// An error with what is behind it.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(error) = below {
        text += &format!(": {error}");
        below = error.source();
    }
    text
}
