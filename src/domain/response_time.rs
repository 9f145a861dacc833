//! Response time: whether a customer was first answered within what is promised (COMMITMENTS §3).

use chrono::TimeDelta;

use super::service_record::{Channel, ServiceRecord};

/// The longest time to a first response: urgent 5 minutes and otherwise 15 (D-1.2), online 30 (B3-2.3.1).
pub const fn target(channel: Channel, urgent: bool) -> TimeDelta {
    match (channel, urgent) {
        (_, true) => TimeDelta::minutes(5),
        (Channel::Online, false) => TimeDelta::minutes(30),
        (Channel::Offline, false) => TimeDelta::minutes(15),
    }
}

/// Whether the first response came in time; `None` without both times, or where they stand in the wrong order.
pub fn timely(record: &ServiceRecord) -> Option<bool> {
    let waited = record.first_response_at? - record.requested_at?;
    (waited >= TimeDelta::zero()).then(|| waited <= target(record.channel, record.urgent))
}
