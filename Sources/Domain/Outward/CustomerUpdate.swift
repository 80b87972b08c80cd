/// What a customer is told while a case goes on, in parts that an update always has.
package struct CustomerUpdate: Equatable, Sendable {
    /// A part of an update.
    package enum Part: String, CaseIterable, Sendable {
        /// What is certain by now.
        case known
        /// What is being looked at, and why.
        case examined
        /// What keeps the effect small meanwhile.
        case mitigation
        /// What only the customer can give.
        case needed

        /// The line above it.
        package var heading: String {
            switch self {
            case .known: "What we know"
            case .examined: "What we are examining"
            case .mitigation: "What helps meanwhile"
            case .needed: "What we need from you"
            }
        }
    }

    /// The line above the moment of the next update.
    private static let nextHeading = "Next update"

    /// The words of each part; a part without words is left out.
    package var words: [Part: String]

    /// An update of these words.
    package init(_ words: [Part: String]) {
        self.words = words.mapValues(\.trimmingWhitespace).filter { !$0.value.isEmpty }
    }

    /// The message: each part under its heading, and until when the next one comes.
    package func text(next: Timestamp) -> String {
        var blocks = Part.allCases.compactMap { part in words[part].map { "\(part.heading)\n\($0)" } }
        blocks.append("\(Self.nextHeading)\nBy \(next.day) \(next.clock) UTC.")
        return blocks.joined(separator: "\n\n")
    }

    /// The update that a message is; nil for a message that was not written in parts.
    package init?(text: String) {
        var (words, part): ([Part: [Substring]], Part?) = ([:], nil)
        var hasNext = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == Self.nextHeading {
                (part, hasNext) = (nil, true)
            } else if let found = Part.allCases.first(where: { $0.heading == line }) {
                part = found
            } else if let part {
                words[part, default: []].append(line)
            } else if words.isEmpty, !line.isEmpty {
                return nil
            }
        }
        guard hasNext, words[.known] != nil else { return nil }
        self.init(words.mapValues { $0.joined(separator: "\n") })
    }
}
