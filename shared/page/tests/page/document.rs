//! A page as an HTML parser sees it.

use std::collections::BTreeSet;

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// A parsed page.
pub(crate) struct Document {
    root: Handle,
}

/// An element of it.
#[derive(Clone)]
pub(crate) struct Element(Handle);

impl Document {
    /// Parses; a page that a browser would have to repair is refused.
    pub(crate) fn parse(html: &str) -> Self {
        let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html);
        assert!(dom.errors.borrow().is_empty(), "{:?}", dom.errors.borrow());
        Self { root: dom.document }
    }

    /// Every element, in order.
    pub(crate) fn all(&self) -> Vec<Element> {
        Element(self.root.clone()).all()
    }

    pub(crate) fn named(&self, name: &str) -> Vec<Element> {
        self.all().into_iter().filter(|element| element.name() == name).collect()
    }

    pub(crate) fn with_id(&self, id: &str) -> Option<Element> {
        self.all().into_iter().find(|element| element.attribute("id").as_deref() == Some(id))
    }

    pub(crate) fn first(&self, name: &str) -> Element {
        self.named(name).into_iter().next().unwrap()
    }

    /// The table of a caption.
    pub(crate) fn table(&self, caption: &str) -> Table {
        let tables = self.named("table").into_iter().map(|table| Table::of(&table));
        tables.into_iter().find(|table| table.caption.starts_with(caption)).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        Element(self.root.clone()).text()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.all().iter().filter_map(|element| element.attribute("id")).collect()
    }

    pub(crate) fn links(&self) -> BTreeSet<String> {
        self.named("a").iter().filter_map(|link| link.attribute("href")).collect()
    }
}

impl Element {
    pub(crate) fn all(&self) -> Vec<Element> {
        let mut found = Vec::new();
        let mut open = vec![self.0.clone()];
        while let Some(node) = open.pop() {
            open.extend(node.children.borrow().iter().rev().cloned());
            if matches!(node.data, NodeData::Element { .. }) {
                found.push(Element(node));
            }
        }
        found
    }

    pub(crate) fn named(&self, name: &str) -> Vec<Element> {
        self.all().into_iter().filter(|element| element.name() == name).collect()
    }

    pub(crate) fn name(&self) -> String {
        match &self.0.data {
            NodeData::Element { name, .. } => name.local.to_string(),
            _ => String::new(),
        }
    }

    pub(crate) fn attributes(&self) -> Vec<(String, String)> {
        match &self.0.data {
            NodeData::Element { attrs, .. } => attrs
                .borrow()
                .iter()
                .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        self.attributes().into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let mut open = vec![self.0.clone()];
        while let Some(node) = open.pop() {
            open.extend(node.children.borrow().iter().rev().cloned());
            if let NodeData::Text { contents } = &node.data {
                text.push_str(&contents.borrow());
            }
        }
        text.trim().to_owned()
    }

    /// The API's figure that the element carries.
    pub(crate) fn value(&self) -> Option<String> {
        self.named("data").first().and_then(|data| data.attribute("value"))
    }
}

/// A table's cells: the API's figure where a cell carries one, else its text.
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    fn of(table: &Element) -> Self {
        let cells = |row: &Element, names: [&str; 2]| -> Vec<String> {
            let cells = row.all().into_iter().filter(|cell| names.contains(&cell.name().as_str()));
            cells.map(|cell| cell.value().unwrap_or_else(|| cell.text())).collect()
        };
        let rows = table.named("tr");
        Self {
            caption: table.named("caption")[0].text(),
            columns: cells(&rows[0], ["th", "th"]),
            rows: rows[1..].iter().map(|row| cells(row, ["th", "td"])).collect(),
        }
    }

    /// The cell of a row and a column, each by its head.
    pub(crate) fn cell(&self, row: &str, column: &str) -> &str {
        let at = self.columns.iter().position(|head| head == column).unwrap();
        let row = self.rows.iter().find(|cells| cells[0] == row).unwrap();
        &row[at]
    }
}
