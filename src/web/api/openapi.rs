//! The OpenAPI document. It is written by hand; tests hold it against the routes and against what is really answered.

use actix_web::{HttpRequest, HttpResponse};

use super::tagged;

const DOCUMENT: &str = include_str!("openapi.json");

/// The OpenAPI 3.1 document of the API.
pub fn openapi_json() -> String {
    DOCUMENT.to_owned()
}

/// `GET /api/v1/openapi.json`: for everyone; it holds nothing secret.
pub(super) async fn show(request: HttpRequest) -> HttpResponse {
    tagged(&request, DOCUMENT.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::{PREFIX, ROUTES};
    use super::*;
    use crate::domain::commitment::{Consequence, Level, Metric};
    use crate::domain::notice::Waiver;
    use crate::domain::period::{self, Grain};
    use crate::domain::raw_service_record::FIELDS;
    use crate::domain::service_record::{Channel, Touchpoint};
    use crate::domain::{complaint, invitation};

    fn document() -> Value {
        serde_json::from_str(DOCUMENT).unwrap()
    }

    fn words(list: &Value) -> Vec<&str> {
        list.as_array().unwrap().iter().filter_map(Value::as_str).collect()
    }

    #[test]
    fn every_route_is_in_it_and_it_has_no_other() {
        let document = document();
        let mut written = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                written.insert((path.clone(), method.to_uppercase()));
            }
        }
        let of_route = |(path, methods): (&str, &str)| -> Vec<_> {
            let methods = methods.split(", ").filter(|method| *method != "HEAD");
            methods.map(|method| (format!("{PREFIX}{path}"), method.to_owned())).collect()
        };
        assert_eq!(written, ROUTES.into_iter().flat_map(of_route).collect());
    }

    #[test]
    fn every_route_is_registered_with_its_methods() {
        let registered = include_str!("mod.rs").split("at(\"").skip(1).filter_map(|rest| rest.split('"').next());
        assert_eq!(registered.collect::<BTreeSet<_>>(), ROUTES.into_iter().map(|(path, _)| path).collect());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        for rest in DOCUMENT.split("\"$ref\": \"#").skip(1) {
            let pointer = rest.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn its_words_are_those_of_the_domain() {
        let document = document();
        let check = |name: &str, expected: Vec<&str>| {
            let list = document.pointer(&format!("/components/schemas/{name}/enum")).unwrap();
            assert_eq!(words(list), expected, "{name}");
        };
        check("Metric", Metric::ALL.map(Metric::as_str).to_vec());
        check("Level", Level::ALL.map(Level::as_str).to_vec());
        check("Grain", Grain::ALL.map(Grain::as_str).to_vec());
        check("Touchpoint", Touchpoint::ALL.map(Touchpoint::as_str).to_vec());
        check("Channel", Channel::ALL.map(Channel::as_str).into_iter().chain(["all"]).collect());
        check("InvitationState", invitation::State::ALL.map(invitation::State::as_str).to_vec());
        check("Scores/properties/state", period::State::ALL.map(period::State::as_str).to_vec());
        check("Commitment/properties/consequence", Consequence::ALL.map(Consequence::as_str).to_vec());
        check("NewCommitment/properties/reason", Waiver::ALL.map(Waiver::as_str).to_vec());
    }

    #[test]
    fn a_new_complaint_has_the_fields_of_the_file() {
        let document = document();
        let properties = document.pointer("/components/schemas/NewComplaint/properties").unwrap();
        let names: BTreeSet<_> = properties.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, complaint::FIELDS.into_iter().collect());
    }

    #[test]
    fn a_new_record_has_the_fields_of_the_file() {
        let document = document();
        let properties = document.pointer("/components/schemas/NewServiceRecord/properties").unwrap();
        let names: BTreeSet<_> = properties.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, FIELDS.into_iter().collect());
    }
}
