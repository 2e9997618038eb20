//! The package around the document: what docx-rs cannot say (language, title, watermark), compressed and with the same bytes
//! each time.

use std::io::{Cursor, Write};

use docx_rs::XMLDocx;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::risalah::{Error, Risalah};

/// Word's own way of a watermark: a shape of text in the header, behind the page. It takes no room in the text.
const WATERMARK: &str = r##"<w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype><v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:540pt;height:54pt;rotation:305;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#e4e4e4" stroked="f"><v:textpath style="font-family:&quot;Arial&quot;;font-size:1pt" string="%TEXT%"/></v:shape></w:pict></w:r>"##;
const LANGUAGE: &str = r#"<w:lang w:val="id-ID" w:eastAsia="id-ID" w:bidi="ar-SA"/>"#;

/// Where the comments are: docx-rs says so only of its own.
const COMMENTS: &str = r#"<Relationship Id="rIdKomentar" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments" Target="comments.xml"/>"#;

/// The package with these comments beside the text.
pub(super) fn with_comments(xml: XMLDocx, comments: Vec<u8>) -> Result<XMLDocx, Error> {
    let document_rels = insert(&xml.document_rels, "</Relationships>", COMMENTS)?;
    Ok(XMLDocx { comments, document_rels, ..xml })
}

pub(super) fn write(xml: XMLDocx, risalah: &Risalah) -> Result<Vec<u8>, Error> {
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), xml.content_type),
        ("_rels/.rels".to_owned(), xml.rels),
        ("docProps/app.xml".to_owned(), xml.doc_props.app),
        ("docProps/core.xml".to_owned(), properties(risalah).into_bytes()),
        ("docProps/custom.xml".to_owned(), xml.doc_props.custom),
        ("word/document.xml".to_owned(), xml.document),
        ("word/_rels/document.xml.rels".to_owned(), xml.document_rels),
        ("word/styles.xml".to_owned(), insert(&xml.styles, "</w:rPr></w:rPrDefault>", LANGUAGE)?),
        ("word/settings.xml".to_owned(), xml.settings),
        ("word/fontTable.xml".to_owned(), xml.font_table),
        ("word/comments.xml".to_owned(), xml.comments),
        ("word/commentsExtended.xml".to_owned(), xml.comments_extended),
        ("word/numbering.xml".to_owned(), xml.numberings),
        ("word/footnotes.xml".to_owned(), xml.footnotes),
    ];
    parts.extend(xml.media.into_iter().map(|(path, bytes)| (format!("word/media/{path}.png"), bytes)));
    for (index, header) in xml.headers.iter().enumerate() {
        let header = match &risalah.watermark {
            Some(text) => insert(header, "</w:p></w:hdr>", &WATERMARK.replace("%TEXT%", &escaped(text)))?,
            None => header.clone(),
        };
        parts.push((format!("word/header{}.xml", index + 1), header));
    }
    for (index, footer) in xml.footers.into_iter().enumerate() {
        parts.push((format!("word/footer{}.xml", index + 1), footer));
    }
    pack(&parts).map_err(|error| Error::Docx(error.to_string()))
}

/// The part with `what` put in before `place`.
fn insert(part: &[u8], place: &str, what: &str) -> Result<Vec<u8>, Error> {
    let text = String::from_utf8_lossy(part);
    let (before, after) =
        text.split_once(place).ok_or_else(|| Error::Docx(format!("no `{place}` in a part of the package")))?;
    Ok([before, what, place, after].concat().into_bytes())
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

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn properties(risalah: &Risalah) -> String {
    let (title, creator) = (escaped(&risalah.title), escaped(&risalah.letterhead.join(" ")));
    let created = risalah.created.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{title}</dc:title><dc:creator>{creator}</dc:creator><dc:language>id-ID</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">{created}</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{created}</dcterms:modified></cp:coreProperties>"#
    )
}
