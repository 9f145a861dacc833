//! A synthetic twin of the support centre's file: the same columns, formats, shares and quirks, invented content.

const HEADER: &str = "Unique id,channel_name,category,Sub-category,order_date_time,Issue_reported at,\
    issue_responded,Survey_response_Date,Customer_City,Product_category,connected_handling_time,Agent_name,Supervisor,Manager,\
    Tenure Bucket,Agent Shift,CSAT Score";

/// Every how many rows the time of the answer is lost, so that it lies before the report: 635 of 17,182.
const LOST_TIME: usize = 27;

/// The file with `rows` rows; the same ones for the same `seed`.
pub fn twin(rows: usize, seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut csv = format!("{HEADER}\r\n");
    for number in 0..rows {
        csv.push_str(&row(number, &mut dice));
        csv.push_str("\r\n");
    }
    csv
}

/// A small generator (splitmix64): no dependency, and the same rows for ever.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }

    /// One of the values, by weight.
    fn pick(&mut self, values: &[(u64, &'static str)]) -> &'static str {
        let mut left = self.below(values.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in values {
            if left < *weight {
                return value;
            }
            left -= weight;
        }
        ""
    }
}

fn row(number: usize, dice: &mut Dice) -> String {
    const MANAGERS: [&str; 6] = ["Rosa Lund", "Omar Haddad", "Ines Duarte", "Piet Vos", "Yuki Mori", "Lena Brandt"];
    let agent = dice.below(1368);
    let manager = usize::try_from(agent % 6).ok().and_then(|index| MANAGERS.get(index)).copied().unwrap_or_default();
    // The late evening of the last day is left out, so that the service ends within the month.
    let (day, minute) = (1 + dice.below(30), dice.below(24 * 60));
    let answered = (minute + 1 + dice.below(90)).min(24 * 60 - 1);
    let lost = number % LOST_TIME == LOST_TIME - 1;
    let (minute, answered) = if lost { (minute.max(1), 0) } else { (minute, answered) };
    let time = |minute: u64| format!("{day:02}/08/2023 {:02}:{:02}", minute / 60, minute % 60);
    let channel = dice.pick(&[(794, "Inbound"), (171, "Outcall"), (35, "Email")]);
    let category =
        dice.pick(&[(51, "Returns"), (27, "Order Related"), (5, "Refund Related"), (1, "Offers & Cashback")]);
    let ordered = if dice.below(5) == 0 { time(dice.below(24 * 60)) } else { String::new() };
    let city = dice.pick(&[(80, ""), (15, "MUMBAI"), (5, "PATNA")]);
    let product = dice.pick(&[(80, ""), (12, "Electronics"), (8, "Books & General merchandise")]);
    let handling = dice.pick(&[(370, ""), (1, "427.0")]);
    let tenure = dice.pick(&[(36, ">90"), (29, "On Job Training"), (14, "0-30"), (13, "31-60"), (8, "61-90")]);
    let shift = dice.pick(&[(48, "Morning"), (39, "Evening"), (7, "Afternoon"), (4, "Split"), (2, "Night")]);
    let score = dice.pick(&[(695, "5"), (132, "4"), (29, "3"), (13, "2"), (131, "1")]);
    let id = format!("{:08x}-0000-4000-8000-{number:012x}", dice.below(1 << 32));
    format!(
        "{id},{channel},{category},Reverse Pickup Enquiry,{ordered},{},{},{day:02}-Aug-23,{city},{product},{handling},\
         Agent {agent:04},Supervisor {},{manager},{tenure},{shift},{score}",
        time(minute),
        time(answered),
        agent % 40
    )
}
