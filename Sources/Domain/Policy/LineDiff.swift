/// The lines that differ between two texts.
package enum LineDiff {
    /// A line that only one of the texts has.
    package struct Line: Equatable, Sendable {
        /// Its number in its text, from 1.
        package var number: Int
        /// Whether it is new; else it goes.
        package var isNew: Bool
        /// What it says.
        package var text: String

        /// The line with its sign and number before it: “+12: to: [resolved]”.
        package var words: String { "\(isNew ? "+" : "-")\(number): \(text)" }
    }

    /// The lines that go and come, in the order of the texts.
    package static func lines(from old: String, to new: String) -> [Line] {
        let before = old.split(separator: "\n", omittingEmptySubsequences: false)
        let after = new.split(separator: "\n", omittingEmptySubsequences: false)
        let lines = after.difference(from: before).map { change -> Line in
            switch change {
            case .remove(let offset, let line, _):
                Line(number: offset + 1, isNew: false, text: String(line))
            case .insert(let offset, let line, _):
                Line(number: offset + 1, isNew: true, text: String(line))
            }
        }
        return lines.sorted { ($0.number, $0.isNew ? 1 : 0) < ($1.number, $1.isNew ? 1 : 0) }
    }
}
