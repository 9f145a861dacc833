//! What the demo's customers write, fitting what they rated and where they were served.

use std::collections::BTreeMap;

use crate::domain::locale::Locale;
use crate::domain::service_record::Touchpoint;

/// How a customer rated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mood {
    /// Very satisfied or satisfied.
    Pleased,
    /// Fairly satisfied.
    Lukewarm,
    /// Dissatisfied or very dissatisfied.
    Annoyed,
}

/// What a comment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Theme {
    Visit,
    Counter,
    Call,
    Screen,
    /// In English, wherever it was.
    English,
}

/// Hands out comments; the same one comes back in a department only after all others of its kind.
#[derive(Default)]
pub(super) struct Comments(BTreeMap<(usize, Mood, Theme), usize>);

impl Comments {
    /// A comment of a customer of the department at this place of the list.
    pub(super) fn next(
        &mut self,
        unit: usize,
        mood: Mood,
        touchpoint: Touchpoint,
        locale: Locale,
    ) -> Option<&'static str> {
        let theme = match (locale, touchpoint) {
            (Locale::En, _) => Theme::English,
            (_, Touchpoint::OnSite) => Theme::Visit,
            (_, Touchpoint::Counter | Touchpoint::Shop) => Theme::Counter,
            (_, Touchpoint::CallCentre | Touchpoint::Email) => Theme::Call,
            (_, Touchpoint::Web | Touchpoint::App | Touchpoint::MiniProgram) => Theme::Screen,
        };
        let all = texts(mood, theme);
        // Departments begin at different places, so that two pages do not read alike.
        let at = self.0.entry((unit, mood, theme)).or_insert(unit * 2);
        let text = all.get(*at % all.len()).copied();
        *at += 1;
        text
    }
}

const fn texts(mood: Mood, theme: Theme) -> &'static [&'static str] {
    match (mood, theme) {
        (Mood::Pleased, Theme::Visit) => &[
            "师傅准时到，穿了鞋套，干完活还把地擦干净了。",
            "打孔前先问了水电走向，很细心，装完试了三遍才走。",
            "师傅技术好，话不多，半个小时就修好了。",
            "提前打电话约时间，来的时候还下着雨，辛苦了。",
            "换下来的旧零件给我看了，价格和报价单一样，放心。",
            "两个人抬上五楼没加钱，谢谢！",
            "修好以后还教我怎么清洗滤网，老人也听得懂。",
            "预约当天就上门了，比上次快多了。",
        ],
        (Mood::Lukewarm, Theme::Visit) => &[
            "活干得可以，就是比约好的时间晚了四十分钟。",
            "能用了，但是边上的胶打得不太整齐。",
            "师傅人不错，不过配件要另外等两天。",
            "收费项目最好上门前就说清楚。",
            "包装箱没有带走，楼道里放了两天。",
        ],
        (Mood::Annoyed, Theme::Visit) => &[
            "约了上午，下午三点才来，请了一天假白等。",
            "配件缺货，等了两个星期，中间没有人主动联系我。",
            "同一个故障修了三次，每次换一个师傅，又从头说一遍。",
            "墙面磕掉一块漆，说会处理，到现在没有消息。",
            "上门费、检测费分开收，电话里只说了一个。",
            "打开箱子发现外壳压坏了，送货的人让我自己找客服。",
            "修好第二天又不制冷了，再约要排到下周。",
        ],
        (Mood::Pleased, Theme::Counter) => &[
            "叫号很快，窗口的小姑娘说得很清楚。",
            "带着老人来办，工作人员专门出来帮忙填单子。",
            "店员没有硬推贵的，按我家面积推荐的，合适。",
            "材料少带一份，让我手机上补传就行，没有白跑。",
            "换了新叫号机以后不用站着排队了，点赞。",
            "营业员耐心，对比了三款才定下来。",
            "柜台办完还提醒我下个月有优惠，很贴心。",
        ],
        (Mood::Lukewarm, Theme::Counter) => &[
            "服务态度好，就是中午只开一个窗口，等得久。",
            "样机有几台不通电，看不了效果。",
            "指示牌不明显，找了半天才找到取号的地方。",
            "停车不方便，最好在短信里说一下哪里能停。",
        ],
        (Mood::Annoyed, Theme::Counter) => &[
            "排了一个小时，轮到我说系统坏了，让明天再来。",
            "前后三个人说法都不一样，到底要带什么材料？",
            "明明写着七天可退，柜台说拆了封就不行。",
            "店里没货不早说，交了定金才告诉我要等半个月。",
            "办事员一直在看手机，问两遍才抬头。",
            "退款说好三个工作日，十天了还没到账。",
        ],
        (Mood::Pleased, Theme::Call) => &[
            "电话一打就通，不用听一长串菜单。",
            "客服记得我上次反映的问题，不用再说一遍，好评。",
            "当天就给了回电，说到做到。",
            "普通话标准，解释得很耐心，我听不清她就慢慢说。",
            "发票抬头填错了，邮件发过去两个小时就换好了。",
            "帮我查了三个月的账单，一笔一笔对，很负责。",
        ],
        (Mood::Lukewarm, Theme::Call) => &[
            "问题解决了，但转接了两次。",
            "回答是对的，就是念稿子的感觉有点重。",
            "晚上打不进去，希望延长服务时间。",
            "邮件第二天才回，急事不敢用。",
        ],
        (Mood::Annoyed, Theme::Call) => &[
            "等了二十分钟，接通以后又断了。",
            "答应四十八小时内回电，一个星期没有动静。",
            "每次打来都要重报一遍身份信息和经过。",
            "只会说“已经反映了”，什么时候解决谁也不知道。",
            "发票开错两次，还要我自己去税务网站查。",
        ],
        (Mood::Pleased, Theme::Screen) => &[
            "小程序上改地址很方便，不用打电话。",
            "下单到收货每一步都有提醒，清清楚楚。",
            "在线客服不是机器人，问什么答什么。",
            "字可以放大，我妈自己就会用了。",
            "界面干净，没有乱弹广告。",
            "退货点几下就好，第二天就有人来取件。",
            "报修时能传照片，师傅来之前就知道带什么配件。",
        ],
        (Mood::Lukewarm, Theme::Screen) => &[
            "能用，但是找人工客服的按钮藏得太深。",
            "物流信息更新慢，货到了页面还显示在路上。",
            "优惠券规则看不懂，算了半天。",
            "登录老是要验证码，有点烦。",
            "预约时间只能选半天，希望能选到小时。",
        ],
        (Mood::Annoyed, Theme::Screen) => &[
            "付款后页面白屏，重新下了一单，结果扣了两次钱。",
            "机器人客服来回就那几句话，转人工要排一百多位。",
            "App 更新以后打不开历史订单，保修期都查不到。",
            "填了十几项，提交时说超时，全没了。",
            "说好次日达，拖了五天，催单也没人回。",
            "退款进度一直显示“处理中”，两周了。",
            "积分无缘无故少了三千，客服让我等通知。",
        ],
        (Mood::Pleased, Theme::English) => &[
            "Quick, polite and everything was explained in English. Thank you!",
            "The technician called ahead and was right on time.",
            "Very easy to arrange, and no surprise on the bill.",
            "Staff went out of their way to help me with the form.",
            "Fixed on the first visit. Impressed.",
        ],
        (Mood::Lukewarm, Theme::English) => &[
            "Fine in the end, but I had to ask twice for an English invoice.",
            "Good people, slow process.",
            "It works now. A message about the delay would have helped.",
        ],
        (Mood::Annoyed, Theme::English) => &[
            "Nobody could tell me when the spare part would arrive.",
            "I was passed between three people and had to start over each time.",
            "The refund still has not arrived after two weeks.",
            "Waited at home all morning and nobody came or called.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_many_and_none_twice() {
        let moods = [Mood::Pleased, Mood::Lukewarm, Mood::Annoyed];
        let themes = [Theme::Visit, Theme::Counter, Theme::Call, Theme::Screen, Theme::English];
        let all: Vec<_> = moods.iter().flat_map(|mood| themes.iter().flat_map(|theme| texts(*mood, *theme))).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.len() >= 80, "{}", all.len());
    }

    #[test]
    fn a_department_hears_everything_before_it_hears_something_again() {
        let mut comments = Comments::default();
        let heard: BTreeSet<_> =
            (0..8).map(|_| comments.next(3, Mood::Pleased, Touchpoint::OnSite, Locale::ZhCn)).collect();
        assert_eq!(heard.len(), 8);
    }
}
