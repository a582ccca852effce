//! The credential among a request's headers, for the API as for the control routes.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, header::AUTHORIZATION};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The credential of a request; `x-api-key` goes before `Authorization` (docs/fidelity.md, "Keys").
#[derive(Debug)]
pub(crate) struct Credential<'r> {
    pub(crate) secret: Cow<'r, [u8]>,
    pub(crate) header: CredentialHeader,
    /// Whether `Authorization` carries another credential than `x-api-key`.
    pub(crate) contradicted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialHeader {
    ApiKey,
    Authorization,
}

/// Why there is no credential to look up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoCredential {
    /// Neither header was sent.
    Missing,
    /// `Authorization` is not of the scheme `Bearer`, in any case.
    NotBearer,
}

impl<'r> Credential<'r> {
    pub(crate) fn of(headers: &'r HeaderMap) -> Result<Self, NoCredential> {
        let authorization = all_copies(headers, &AUTHORIZATION);
        let token = authorization.as_ref().and_then(bearer);
        match (all_copies(headers, &API_KEY), token, &authorization) {
            (Some(secret), token, _) => {
                let contradicted = token.is_some_and(|token| token != secret);
                Ok(Credential { secret, header: CredentialHeader::ApiKey, contradicted })
            }
            (None, Some(token), _) => {
                let header = CredentialHeader::Authorization;
                Ok(Credential { secret: token, header, contradicted: false })
            }
            (None, None, Some(_)) => Err(NoCredential::NotBearer),
            (None, None, None) => Err(NoCredential::Missing),
        }
    }
}

/// A header's value; copies of it are joined with `, ` as the service joins them.
pub(crate) fn all_copies<'r>(headers: &'r HeaderMap, name: &HeaderName) -> Option<Cow<'r, [u8]>> {
    let mut copies = headers.get_all(name).iter().map(|value| value.as_bytes());
    let first = copies.next()?;
    let mut joined = Cow::Borrowed(first);
    for copy in copies {
        joined.to_mut().extend([b", ", copy].concat());
    }
    Some(joined)
}

fn bearer<'r>(authorization: &Cow<'r, [u8]>) -> Option<Cow<'r, [u8]>> {
    let rest = |value: &[u8]| {
        let (scheme, rest) = value.split_first_chunk::<6>()?;
        let token = rest.strip_prefix(b" ").filter(|_| scheme.eq_ignore_ascii_case(b"bearer"))?;
        Some(value.len() - token.trim_ascii_start().len())
    };
    let start = rest(authorization)?;
    Some(match authorization {
        Cow::Borrowed(value) => Cow::Borrowed(&value[start..]),
        Cow::Owned(value) => Cow::Owned(value[start..].to_vec()),
    })
}
