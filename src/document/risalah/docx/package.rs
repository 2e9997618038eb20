//! The package around the document, compressed and with the same bytes each time.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::paragraph::Paragraph;
use super::{DECLARATION, NAMESPACE, RELATIONSHIPS, styles};
use crate::common::xml::escaped;
use crate::document::risalah::{Error, Risalah};

/// Word's own way of a watermark: a shape of text in the header, behind the page. It takes no room
/// in the text.
const WATERMARK: &str = r##"<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype><v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:540pt;height:54pt;rotation:305;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#e4e4e4" stroked="f"><v:textpath style="font-family:&quot;Arial&quot;;font-size:1pt" string="%TEXT%"/></v:shape></w:pict></w:r>"##;

const SETTINGS: &str = r#"<w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/><w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat><w:themeFontLang w:val="id-ID"/>"#;

const FONTS: &str = r#"<w:font w:name="Arial"><w:panose1 w:val="020B0604020202020204"/><w:charset w:val="00"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>"#;

/// Colours and fonts that the office program proposes. No paragraph of ours refers to them, but
/// some programs miss the part.
const THEME: &str = include_str!("theme.xml");

/// The parts beside the text, each with its relation to it: name, kind, type of content.
const BESIDE: [(&str, &str, &str); 7] = [
    ("styles", "styles", "wordprocessingml.styles"),
    ("settings", "settings", "wordprocessingml.settings"),
    ("fontTable", "fontTable", "wordprocessingml.fontTable"),
    ("theme/theme1", "theme", "theme"),
    ("header1", "header", "wordprocessingml.header"),
    ("footer1", "footer", "wordprocessingml.footer"),
    ("comments", "comments", "wordprocessingml.comments"),
];

/// A document with this body, and these comments at its side.
pub(super) fn write(body: &str, comments: Option<String>, risalah: &Risalah) -> Result<Vec<u8>, Error> {
    let beside: Vec<_> = BESIDE.into_iter().filter(|(name, ..)| *name != "comments" || comments.is_some()).collect();
    let emblem = risalah.emblem.as_ref().map(|emblem| emblem.png.clone());
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".to_owned(), types(&beside).into_bytes()),
        ("_rels/.rels".to_owned(), OUTSIDE.into()),
        ("docProps/app.xml".to_owned(), application().into_bytes()),
        ("docProps/core.xml".to_owned(), properties(risalah).into_bytes()),
        ("word/document.xml".to_owned(), format!("{DECLARATION}{body}").into_bytes()),
        ("word/_rels/document.xml.rels".to_owned(), relations(&beside, emblem.is_some()).into_bytes()),
        ("word/styles.xml".to_owned(), styles::part(risalah.page).into_bytes()),
        ("word/settings.xml".to_owned(), whole("settings", SETTINGS).into_bytes()),
        ("word/fontTable.xml".to_owned(), whole("fonts", FONTS).into_bytes()),
        ("word/theme/theme1.xml".to_owned(), THEME.into()),
        ("word/header1.xml".to_owned(), whole("hdr", &header(risalah)).into_bytes()),
        ("word/footer1.xml".to_owned(), whole("ftr", &footer()).into_bytes()),
    ];
    parts.extend(comments.map(|comments| ("word/comments.xml".to_owned(), whole("comments", &comments).into_bytes())));
    parts.extend(emblem.map(|png| (format!("word/{}", super::EMBLEM), png)));
    pack(&parts).map_err(|error| Error::Docx(error.to_string()))
}

/// A part whose root is this element.
fn whole(root: &str, content: &str) -> String {
    format!(
        r#"{DECLARATION}<w:{root} xmlns:w="{NAMESPACE}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">{content}</w:{root}>"#
    )
}

/// The marks and the running title; the watermark stands behind the page.
fn header(risalah: &Risalah) -> String {
    let marks: String = risalah.marks.iter().map(|mark| Paragraph::new("Status", mark).xml()).collect();
    let running = Paragraph::new("Kepala", &risalah.running);
    let watermark = risalah.watermark.as_ref().map(|text| WATERMARK.replace("%TEXT%", &escaped(text)));
    let runs: String = running.pieces.iter().map(super::paragraph::Piece::xml).collect();
    format!("{marks}{}", running.around(&(runs + &watermark.unwrap_or_default())))
}

fn footer() -> String {
    let field = |name: &str| format!(r#"<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>"#);
    let text = |text: &str| format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#);
    let line = [text("Halaman "), field("PAGE"), text(" dari "), field("NUMPAGES")].concat();
    Paragraph::new("Kaki", "").around(&line)
}

const OUTSIDE: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties" Target="docProps/app.xml"/></Relationships>"#;

fn types(beside: &[(&str, &str, &str)]) -> String {
    let main = "application/vnd.openxmlformats-officedocument";
    let part =
        |name: &str, kind: &str| format!(r#"<Override PartName="/word/{name}.xml" ContentType="{main}.{kind}+xml"/>"#);
    let parts: String = beside.iter().map(|(name, _, kind)| part(name, kind)).collect();
    format!(
        r#"{DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>{}{parts}<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/><Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>"#,
        part("document", "wordprocessingml.document.main")
    )
}

fn relations(beside: &[(&str, &str, &str)], emblem: bool) -> String {
    let relation = |name: &str, kind: &str, target: &str| {
        // An identifier has no slash.
        let id = name.rsplit('/').next().unwrap_or(name);
        format!(r#"<Relationship Id="{id}" Type="{RELATIONSHIPS}/{kind}" Target="{target}"/>"#)
    };
    let mut parts: String = beside.iter().map(|(name, kind, _)| relation(name, kind, &format!("{name}.xml"))).collect();
    if emblem {
        parts += &relation("lambang", "image", super::EMBLEM);
    }
    format!(
        r#"{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{parts}</Relationships>"#
    )
}

fn application() -> String {
    format!(
        r#"{DECLARATION}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>E-Risalah</Application></Properties>"#
    )
}

fn pack(parts: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in parts {
        zip.start_file(path.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn properties(risalah: &Risalah) -> String {
    let (title, creator) = (escaped(&risalah.title), escaped(&risalah.letterhead.join(" ")));
    let created = risalah.created.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!(
        r#"{DECLARATION}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:creator>{creator}</dc:creator><dc:language>id-ID</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{created}</dcterms:modified></cp:coreProperties>"#
    )
}
