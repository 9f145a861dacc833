//! Questionnaires to begin from (EXPERIENCE §1 "Scale wording"): each takes no more than a minute.

use super::questionnaire::Questionnaire;

/// A questionnaire to begin from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// 好差评 for online service, with the items of GB/T 39735 as reasons.
    FiveOnline,
    /// 好差评 for service in person, with the items of GB/T 39735 as reasons.
    FiveOffline,
    /// Satisfaction, effort (CES 2.0) and recommendation (NPS).
    Metrics,
    /// After a complaint is closed (C-3.3).
    Complaint,
}

impl Preset {
    /// All, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::FiveOnline, Self::FiveOffline, Self::Metrics, Self::Complaint];

    /// Its name in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FiveOnline => "five-online",
            Self::FiveOffline => "five-offline",
            Self::Metrics => "csat-nps-ces",
            Self::Complaint => "complaint",
        }
    }

    /// What it asks; `None` if the program was built with a broken one, which a test refuses.
    pub fn questionnaire(self) -> Option<Questionnaire> {
        serde_json::from_str(match self {
            Self::FiveOnline => include_str!("questionnaires/five_online.json"),
            Self::FiveOffline => include_str!("questionnaires/five_offline.json"),
            Self::Metrics => include_str!("questionnaires/csat_nps_ces.json"),
            Self::Complaint => include_str!("questionnaires/complaint.json"),
        })
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::questionnaire::{LOAD_OF_A_MINUTE, Length};
    use super::*;

    #[test]
    fn each_may_be_published_as_it_is() {
        for preset in Preset::ALL {
            let questionnaire = preset.questionnaire().unwrap();
            assert_eq!(questionnaire.faults(), [], "{preset:?}");
            assert_eq!(questionnaire.code, preset.as_str());
        }
    }

    #[test]
    fn each_takes_no_more_than_a_minute() {
        for preset in Preset::ALL {
            let questionnaire = preset.questionnaire().unwrap();
            assert_eq!(questionnaire.length(), Length::Short, "{preset:?}");
            assert!(questionnaire.load() <= LOAD_OF_A_MINUTE && questionnaire.seconds() <= 60);
        }
    }

    #[test]
    fn in_each_the_words_say_what_the_points_count() {
        for preset in Preset::ALL {
            let questionnaire = preset.questionnaire().unwrap();
            let judged = questionnaire.judged_options();
            assert_eq!(judged.iter().filter(|option| option.satisfied).count(), 2);
            assert!(judged.iter().all(|option| option.mismatch.is_none()), "{preset:?}");
        }
    }
}
