//! A department's figures against what is promised, and what was left out of them.

use super::super::frame::Page;
use super::super::views::left_out::{LeftOutRow, With};
use super::super::views::{Comment, Figure, Headline, WalkUp};
use super::department::Figures;
use crate::domain::commitment::Metric;
use crate::domain::response::{Base, Mode};
use crate::domain::scorebook::{Slice, WithLeftOut};
use crate::domain::scorecard::Score;
use crate::domain::service_record::Channel;

/// The figures, one for each promise, then other metrics that rest on anything.
pub(super) fn headlines(page: &Page, figures: &Figures) -> Vec<Headline> {
    let headline = |metric, channel, base, judged, score: &Score| Headline {
        metric,
        channel,
        base,
        judged,
        excluded: score.excluded,
        consequence: figures.consequence(metric, channel),
        figure: score.into(),
    };
    let mut headlines = Vec::new();
    for (channel, base) in shown(figures) {
        let slice = Slice { base, ..figures.slice(channel) };
        let mut metrics = vec![Metric::SatisfactionRate];
        if channel == figures.channel {
            metrics.push(Metric::Points);
        }
        for metric in metrics {
            let judged = figures.judged_base(&slice, metric);
            headlines.push(headline(metric, channel, base, judged, &figures.score(page, &slice, metric)));
        }
    }
    let slice = figures.slice(figures.channel);
    let mut others = vec![Metric::ResolutionRate, Metric::ResponseTime];
    if figures.channel.is_none() {
        others.insert(0, Metric::ChannelGap);
    }
    others.push(Metric::ComplaintRate);
    let scores = others.into_iter().map(|metric| figures.score(page, &slice, metric)).filter(|score| score.n > 0);
    headlines.extend(scores.map(|score| headline(score.metric, figures.channel, Base::Invited, Base::Invited, &score)));
    headlines
}

/// The figures that something was left out of, with and without it: the rates of each channel, and points over the whole
/// of the page, as the headlines have them.
pub(super) fn left_out(page: &Page, figures: &Figures) -> Vec<LeftOutRow> {
    let thresholds = &page.web.context.thresholds;
    let row = |(channel, base, metric): (Option<Channel>, Base, Metric)| {
        let slice = Slice { base, ..figures.slice(channel) };
        let without = figures.score(page, &slice, metric);
        let with = figures.book.with_left_out(&slice, &figures.named(), metric, &figures.commitments, thresholds);
        let with = with.map(|with| match with {
            WithLeftOut::Known(score) => With::Known(score.as_ref().into()),
            WithLeftOut::Between(ends) => With::Between((&ends.0).into(), (&ends.1).into()),
        });
        (without.excluded > 0).then(|| LeftOutRow {
            metric,
            channel,
            base,
            count: without.excluded,
            without: (&without).into(),
            with,
        })
    };
    let metrics = |(channel, base): (Option<Channel>, Base)| {
        let points = (channel == figures.channel).then_some((channel, base, Metric::Points));
        std::iter::once((channel, base, Metric::SatisfactionRate)).chain(points)
    };
    shown(figures).into_iter().flat_map(metrics).filter_map(row).collect()
}

/// What was answered at counters in the period and channel, with a promise nowhere near it.
pub(super) fn walk_up(page: &Page, figures: &Figures, comments: Vec<Comment>) -> Option<WalkUp> {
    let slice = Slice { base: Base::WalkUp, ..figures.slice(figures.channel) };
    let figure = |metric| {
        let score = figures.score(page, &slice, metric);
        Figure { judgement: None, ..Figure::from(&score) }
    };
    let rate = figure(Metric::SatisfactionRate);
    let keyed = (figures.book.entered(&slice, Mode::Paper), figures.book.entered(&slice, Mode::Phone));
    (rate.n > 0).then(|| WalkUp { rate, points: figure(Metric::Points), keyed, comments })
}

/// The channels that the page speaks of, each with the bases that have answers in it.
fn shown(figures: &Figures) -> Vec<(Option<Channel>, Base)> {
    let channels = match figures.channel {
        Some(channel) => vec![Some(channel)],
        None => vec![None, Some(Channel::Online), Some(Channel::Offline)],
    };
    // Whoever came by is shown apart: no promise is judged by them, and none is to seem to be.
    let bases = |channel| {
        let bases = figures.book.bases(&figures.slice(channel)).into_iter();
        bases.filter(|base| *base != Base::WalkUp).map(move |base| (channel, base))
    };
    channels.into_iter().flat_map(bases).collect()
}
