//! Sets a text in Courier on A4 pages. The file's structure is section 7.5 of ISO 32000-1.

const COLUMNS: usize = 80;
const ROWS: usize = 56;
const SIZE: f32 = 10.0;
const LEADING: f32 = 13.0;
const LEFT: f32 = 57.0;
const TOP: f32 = 785.0;

pub fn render(text: &str) -> Vec<u8> {
    let lines = wrap(text);
    let pages: Vec<&[String]> = lines.chunks(ROWS).collect();
    let mut file = File::new();
    // 1 is the catalog, 2 the tree of pages, 3 the font; then a page and its content by turns.
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    file.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    file.object(format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()).as_bytes());
    file.object(b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>");
    for (index, page) in pages.iter().enumerate() {
        let content = content(page);
        file.object(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
                 /Resources << /Font << /F1 3 0 R >> >> >>",
                5 + 2 * index
            )
            .as_bytes(),
        );
        let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
        stream.extend(content);
        stream.extend(b"\nendstream");
        file.object(&stream);
    }
    file.finish()
}

/// Lines of at most COLUMNS characters, broken at blanks where there are any; at least one line.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut rest: Vec<char> = paragraph.chars().collect();
        while rest.len() > COLUMNS {
            let blank = rest[..=COLUMNS].iter().rposition(|c| *c == ' ').filter(|at| *at > 0);
            let tail = rest.split_off(blank.unwrap_or(COLUMNS));
            lines.push(rest.iter().collect());
            rest = tail.into_iter().skip(usize::from(blank.is_some())).collect();
        }
        lines.push(rest.iter().collect());
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// A content stream: the lines of one page.
fn content(lines: &[String]) -> Vec<u8> {
    let mut stream = format!("BT\n/F1 {SIZE} Tf\n{LEADING} TL\n{LEFT} {TOP} Td\n").into_bytes();
    for line in lines {
        stream.push(b'(');
        for c in line.chars() {
            let byte = byte_of(c);
            if matches!(byte, b'(' | b')' | b'\\') {
                stream.push(b'\\');
            }
            stream.push(byte);
        }
        stream.extend(b") Tj T*\n");
    }
    stream.extend(b"ET");
    stream
}

/// WinAnsi has Latin-1 and a few more; what it lacks is a question mark.
fn byte_of(c: char) -> u8 {
    match c {
        '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{ff}' => c as u8,
        '\t' => b' ',
        '€' => 0x80,
        '„' => 0x84,
        '…' => 0x85,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '•' => 0x95,
        '–' => 0x96,
        '—' => 0x97,
        _ => b'?',
    }
}

/// Objects are numbered from 1 in the order in which they are added.
struct File {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl File {
    fn new() -> Self {
        // The four bytes tell programs that copy files that this one is binary.
        File { bytes: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec(), offsets: Vec::new() }
    }

    fn object(&mut self, body: &[u8]) {
        self.offsets.push(self.bytes.len());
        self.bytes.extend(format!("{} 0 obj\n", self.offsets.len()).into_bytes());
        self.bytes.extend(body);
        self.bytes.extend(b"\nendobj\n");
    }

    fn finish(mut self) -> Vec<u8> {
        let start = self.bytes.len();
        let size = self.offsets.len() + 1;
        let mut end = format!("xref\n0 {size}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            end += &format!("{offset:010} 00000 n \n");
        }
        end += &format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
        self.bytes.extend(end.into_bytes());
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_long_words_where_they_must() {
        let long = "x".repeat(COLUMNS + 5);
        assert_eq!(wrap(&long), [&long[..COLUMNS], "xxxxx"]);
        let words = format!("{} second", "a".repeat(COLUMNS - 2));
        assert_eq!(wrap(&words), [&words[..COLUMNS - 2], "second"]);
        assert_eq!(wrap("a\n\nb"), ["a", "", "b"]);
        assert_eq!(wrap(""), [""]);
    }

    #[test]
    fn every_offset_of_the_table_is_that_of_its_object() {
        let file = render(&"line (with) \\ ä€ж\n".repeat(ROWS + 1));
        let text: String = file.iter().map(|byte| *byte as char).collect();
        let start: usize = text.lines().rev().nth(1).unwrap().parse().unwrap();
        assert!(text[start_of(&text, start)..].starts_with("xref\n"));
        let table = text[start_of(&text, start)..].lines().skip(3);
        let offsets: Vec<usize> = table.map_while(|line| line[..line.len().min(10)].parse().ok()).collect();
        assert_eq!(offsets.len(), 3 + 2 * 2);
        for (index, offset) in offsets.iter().enumerate() {
            assert!(file[*offset..].starts_with(format!("{} 0 obj\n", index + 1).as_bytes()));
        }
        assert!(file.windows(22).any(|part| part == b"(line \\(with\\) \\\\ \xe4\x80?)"));
    }

    /// Where the byte stands in the text, whose characters beyond ASCII have two bytes each.
    fn start_of(text: &str, byte: usize) -> usize {
        text.char_indices().nth(byte).unwrap().0
    }
}
