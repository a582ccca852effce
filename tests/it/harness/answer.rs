//! An answer, which has passed the rules of every answer before a test looks at it.

use serde_json::Value;

use crate::answers::{envelope, keeps_the_rules, one};

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The reason phrase.
    pub phrase: String,
    headers: Vec<(String, Vec<u8>)>,
    pub body: String,
}

impl Answer {
    pub fn parse(bytes: &[u8], method: &str, path: &str) -> Self {
        let text = String::from_utf8(bytes.to_vec()).expect("answers are UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no whole answer: {text:?}"));
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap().splitn(3, ' ').skip(1);
        let status = first.next().unwrap().parse().unwrap();
        let phrase = first.next().unwrap_or_default().to_owned();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.into())).collect();
        let answer = Answer { status, phrase, headers, body: body.to_owned() };
        if !path.starts_with("/_mock") {
            answer.keeps_the_rules(method);
        }
        answer
    }

    fn keeps_the_rules(&self, method: &str) {
        let of_http = ["date", "connection"];
        let headers: Vec<_> =
            self.headers.iter().filter(|(name, _)| !of_http.contains(&&**name)).cloned().collect();
        match (self.header("x-mock-reason"), self.header("request-id")) {
            // What an edge sends is no answer of the API.
            (Some("fault"), None) => {}
            (Some("fault"), Some(_)) => {
                let _ = envelope(method, self.status, &headers, self.body.as_bytes());
            }
            _ => keeps_the_rules(method, self.status, &headers, self.body.as_bytes()),
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        one(&self.headers, name)
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }

    /// An error counts only if status, type and reason are right; the headers have passed the rules by then.
    #[track_caller]
    pub fn refused(&self, status: u16, kind: &str, reason: &str) -> &Self {
        let json = self.json();
        let got = (self.status, json["error"]["type"].as_str(), self.header("x-mock-reason"));
        assert_eq!(got, (status, Some(kind), Some(reason)), "{self:?}");
        self
    }

    /// The refusal of a control route.
    #[track_caller]
    pub fn control_refused(&self, status: u16, reason: &str) -> &Self {
        let got = (self.status, self.header("x-mock-reason"), self.header("content-type"));
        assert_eq!(got, (status, Some(reason), Some("application/json")), "{self:?}");
        assert!(!self.message().is_empty(), "{self:?}");
        self
    }

    #[track_caller]
    pub fn says(&self, message: &str) -> &Self {
        assert_eq!(self.message(), message);
        self
    }

    /// Whether the answer names an organization, which it does once a credential was recognized.
    #[track_caller]
    pub fn names_organization(&self, named: bool) -> &Self {
        assert_eq!(self.header("anthropic-organization-id").is_some(), named, "{self:?}");
        self
    }

    /// `error.details.error_code`.
    pub fn error_code(&self) -> Option<String> {
        self.json()["error"]["details"]["error_code"].as_str().map(str::to_owned)
    }

    /// A good answer's body.
    #[track_caller]
    pub fn good(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.names_organization(true).json()
    }

    /// The ids on a page; those of users where the rows are members.
    #[track_caller]
    pub fn ids(&self) -> Vec<String> {
        let page = self.good();
        let rows = page["data"].as_array().unwrap().iter();
        let ids: Vec<_> = rows
            .map(|row| row.get("id").unwrap_or_else(|| &row["user_id"]).as_str().unwrap().to_owned())
            .collect();
        assert_eq!(page["first_id"].as_str(), ids.first().map(String::as_str), "{page}");
        assert_eq!(page["last_id"].as_str(), ids.last().map(String::as_str), "{page}");
        ids
    }
}
