import Domain
import Foundation
import Synchronization

extension ZoneTable {
    /// The time zones of this machine, as they lie in /usr/share/zoneinfo.
    ///
    /// Each file is read once and kept; a name that is no file stays unknown until the next start.
    package static let machine: ZoneTable = {
        let kept = Mutex<[String: ZoneRules?]>([:])
        return ZoneTable { name in
            guard isName(name) else { return nil }
            if let known = kept.withLock({ $0[name] }) { return known }
            let rules = read(name)
            kept.withLock { if $0.count < 2000 { $0[name] = .some(rules) } }
            return rules
        }
    }()

    private static func read(_ name: String) -> ZoneRules? {
        guard let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"),
            data.count < 1 << 20
        else { return nil }
        do { return try ZoneRules(name: name, tzif: Array(data)) } catch { return nil }
    }

    /// Whether a text can be the name of a zone: “America/Argentina/Buenos_Aires”, and no way out of the folder.
    private static func isName(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count) && text.first?.isLetter == true
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/_-+".contains($0)) }
    }
}
