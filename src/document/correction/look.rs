//! Whether text is struck through or hidden: by itself, or by its style.

use std::collections::HashMap;

use roxmltree::Node;

use super::Error;
use super::package::{attribute, child, is, parse};

/// How text looks, as far as it matters to what it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) struck: bool,
    pub(super) hidden: bool,
}

/// What properties say of it; `None` where they say nothing.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    struck: Option<bool>,
    doubly: Option<bool>,
    hidden: Option<bool>,
}

impl Said {
    /// What `w:rPr` says.
    fn of(properties: Option<Node<'_, '_>>) -> Self {
        let toggle = |name: &str| child(properties?, name).map(is_on);
        Self { struck: toggle("strike"), doubly: toggle("dstrike"), hidden: toggle("vanish") }
    }

    /// Where this says nothing, what the other says.
    fn or(self, other: Self) -> Self {
        Self {
            struck: self.struck.or(other.struck),
            doubly: self.doubly.or(other.doubly),
            hidden: self.hidden.or(other.hidden),
        }
    }

    /// What a style of characters makes of a style of paragraphs: a property that both have is
    /// taken back (ECMA-376 part 1, 17.7.3).
    fn over(self, paragraph: Self) -> Self {
        let both = |a: Option<bool>, b: Option<bool>| match (a, b) {
            (Some(a), Some(b)) => Some(a != b),
            (a, b) => a.or(b),
        };
        Self {
            struck: both(self.struck, paragraph.struck),
            doubly: both(self.doubly, paragraph.doubly),
            hidden: both(self.hidden, paragraph.hidden),
        }
    }
}

fn is_on(node: Node<'_, '_>) -> bool {
    !matches!(attribute(node, "val"), Some("0" | "false" | "off"))
}

/// How deep styles may be based on each other.
const DEEPEST: usize = 50;

#[derive(Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Said>,
    defaults: Said,
    /// The style of paragraphs that name none.
    paragraph: Option<String>,
}

impl Styles {
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let parsed = parse(text)?;
        let root = parsed.root_element();
        let mut written: HashMap<String, (Said, Option<String>)> = HashMap::new();
        let mut styles = Self::default();
        for style in root.children().filter(|node| is(*node, "style")) {
            let Some(id) = attribute(style, "styleId") else { continue };
            let based = child(style, "basedOn").and_then(|node| attribute(node, "val"));
            written.insert(id.to_owned(), (Said::of(child(style, "rPr")), based.map(str::to_owned)));
            let is_default = attribute(style, "default").is_some_and(|value| matches!(value, "1" | "true" | "on"));
            if is_default && attribute(style, "type") == Some("paragraph") {
                styles.paragraph = Some(id.to_owned());
            }
        }
        for id in written.keys() {
            let mut said = Said::default();
            let mut next = Some(id);
            for _ in 0..DEEPEST {
                let Some((own, based)) = next.and_then(|id| written.get(id)) else { break };
                said = said.or(*own);
                next = based.as_ref();
            }
            styles.by_id.insert(id.clone(), said);
        }
        let defaults = child(root, "docDefaults").and_then(|node| child(node, "rPrDefault"));
        styles.defaults = Said::of(defaults.and_then(|node| child(node, "rPr")));
        Ok(styles)
    }

    /// How a run looks in a paragraph of this style.
    pub(super) fn look(&self, paragraph: Option<&str>, run: Node<'_, '_>) -> Look {
        let style = |id: Option<&str>| id.and_then(|id| self.by_id.get(id)).copied().unwrap_or_default();
        let properties = child(run, "rPr");
        let named = properties.and_then(|node| child(node, "rStyle")).and_then(|node| attribute(node, "val"));
        let styled = style(named).over(style(paragraph.or(self.paragraph.as_deref())));
        let said = Said::of(properties).or(styled).or(self.defaults);
        Look {
            struck: said.struck.unwrap_or(false) || said.doubly.unwrap_or(false),
            hidden: said.hidden.unwrap_or(false),
        }
    }
}
