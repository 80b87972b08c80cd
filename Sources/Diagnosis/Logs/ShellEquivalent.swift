/// Commands of common tools that come to what was asked here, for shells on machines where this program is not.
public enum ShellEquivalent {
    /// A command that prints the lines that hold a text, with their numbers: `grep`, behind what unpacks the file.
    /// - Parameters:
    ///   - text: as `LogQuery` reads it: words whatever their case, `/…/` or `/…/i`.
    ///   - member: the file in an archive; nil or empty where the file is none.
    public static func search(_ text: String, in file: String, member: String? = nil) -> String {
        let pattern: String
        if let expression = LogQuery.expression(text) {
            pattern = "grep -na\(expression.isCaseless ? "i" : "")P -e \(quoted(expression.body))"
        } else {
            pattern = "grep -naiF -e \(quoted(text))"
        }
        guard let unpacking = unpacking(file, member) else { return "\(pattern) -- \(quoted(file))" }
        return "\(unpacking) | \(pattern)"
    }

    /// A command that counts the values of a field: `jq` where the lines are JSON, else `grep` for `field=value`.
    /// - Parameters:
    ///   - count: how many values, the most frequent first.
    public static func values(of field: String, in files: [String], isJSON: Bool, count: Int) -> String {
        let counting = "sort | uniq -c | sort -rn | head -n \(count)"
        let names = files.map(quoted).joined(separator: " ")
        if isJSON {
            let path = field.split(separator: ".").map { "[\(JSON.string(String($0)).text)]" }.joined()
            let reading = "fromjson? | .\(path) | select(. != null)"
            return "cat -- \(names) | jq -rR \(quoted(reading)) | \(counting)"
        }
        let expression = "(?<![\\w.-])\\Q\(field)\\E=\\K(\"[^\"]*\"|\\S+)"
        return "grep -haoP -e \(quoted(expression)) -- \(names) | \(counting)"
    }

    /// What writes the text of a packed file; nil for a file that is text itself.
    private static func unpacking(_ file: String, _ member: String?) -> String? {
        let name = file.lowercased()
        func ends(_ endings: [String]) -> Bool { endings.contains { name.hasSuffix($0) } }
        if let member, !member.isEmpty {
            if ends([".zip", ".jar", ".war"]) { return "unzip -p \(quoted(file)) \(quoted(member))" }
            let isTar = ends([".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst"])
            return "\(isTar ? "tar" : "bsdtar") -xOf \(quoted(file)) -- \(quoted(member))"
        }
        let tools = [(".gz", "zcat"), (".bz2", "bzcat"), (".xz", "xzcat"), (".zst", "zstdcat")]
        return tools.first { name.hasSuffix($0.0) }.map { "\($0.1) -- \(quoted(file))" }
    }

    /// A text as one word of a POSIX shell.
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy { $0.isAlphanumeric || "._-/:@%+,".utf8.contains($0) }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
