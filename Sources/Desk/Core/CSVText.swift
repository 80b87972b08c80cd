import HTTPTypes
import Web

/// Tables as CSV (RFC 4180).
enum CSVText {
    /// The text of these rows, the first of which holds the names.
    static func of(_ rows: [[String]]) -> String {
        rows.map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
    }

    /// The text as a file to be kept.
    static func response(_ text: String, name: String) -> WebResponse {
        var response = WebResponse.text(text)
        response.headers[.contentType] = "text/csv; charset=utf-8"
        response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        return response
    }

    /// A cell that no reader takes for more cells, and no spreadsheet for a formula.
    private static func cell(_ text: String) -> String {
        let safe = text.first.map { "=+-@\t\r".contains($0) } == true ? "'\(text)" : text
        guard safe.contains(where: { "\",\r\n".contains($0) }) else { return safe }
        return "\"\(safe.replacing("\"", with: "\"\""))\""
    }
}
