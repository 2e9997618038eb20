//! The same on paper.

use jiff::Timestamp;
use serde::Serialize;

use super::Workload;
use super::shown::{Table, period, tables};
use crate::common::language::Language;
use crate::common::paper::Paper;
use crate::document::risalah::{self, Sheet, Templates};
use crate::meeting::{Meeting, Page};

#[derive(Serialize)]
struct Data<'a> {
    paper: Paper,
    page: Page,
    emblem: Option<&'static str>,
    letterhead: &'a [String],
    marks: [String; 0],
    watermark: Option<String>,
    running: String,
    title: &'a str,
    period: Option<String>,
    tables: Vec<Table>,
}

/// The report as a PDF, in Indonesian, under the letterhead of the institution.
///
/// # Errors
/// When a template is at fault.
pub fn pdf(
    workload: &Workload,
    institution: &Meeting,
    templates: &Templates,
    created: Timestamp,
) -> Result<Vec<u8>, risalah::Error> {
    let title = "LAPORAN BEBAN KERJA RISALAH";
    let period = period(workload);
    let emblem = institution.emblem.as_ref();
    let data = Data {
        paper: institution.paper,
        page: institution.page,
        emblem: emblem.map(|_| risalah::EMBLEM),
        letterhead: &institution.letterhead,
        marks: [],
        watermark: None,
        running: period.clone().unwrap_or_default(),
        title,
        period,
        tables: tables(workload, Language::Indonesian).into_iter().filter(|table| !table.rows.is_empty()).collect(),
    };
    Sheet::of("laporan-kerja.typ", &data, emblem.map(|emblem| emblem.png.clone()), created)?.typeset(templates)
}
