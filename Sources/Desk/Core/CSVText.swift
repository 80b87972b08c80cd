import HTTPTypes
import Web

/// Lines of cells as CSV that no reader takes for more cells, and no spreadsheet for a formula.
enum CSVText {
    /// The lines, the names of the columns first.
    static func text(_ lines: [[String]]) -> String {
        lines.map { $0.map(cell).joined(separator: ",") }.joined(separator: "\r\n") + "\r\n"
    }

    /// The lines as a file to be kept.
    static func response(_ lines: [[String]], name: String) -> WebResponse {
        var response = WebResponse.text(text(lines))
        response.headers[.contentType] = "text/csv; charset=utf-8"
        response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        return response
    }

    private static func cell(_ text: String) -> String {
        let safe = text.first.map { "=+-@\t\r".contains($0) } == true ? "'\(text)" : text
        guard safe.contains(where: { "\",\r\n".contains($0) }) else { return safe }
        return "\"\(safe.replacing("\"", with: "\"\""))\""
    }
}
