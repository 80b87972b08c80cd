/// How far it is known that a message comes from the address that it names.
package enum MailTrust: String, Sendable, CaseIterable {
    /// The receiving server found that the domain stands behind it.
    case verified
    /// No receiving server that we trust said anything that counts.
    case unverified
    /// The receiving server found that the domain does not stand behind it.
    case failed

    /// What pages call it.
    package var name: String {
        switch self {
        case .verified: "The sender’s domain stands behind it"
        case .unverified: "Nobody we trust checked the sender"
        case .failed: "The sender’s domain does not stand behind it"
        }
    }
}

/// What one receiving server found out about a message (RFC 8601).
package struct AuthenticationResults: Equatable, Sendable {
    /// One method and its result.
    package struct Result: Equatable, Sendable {
        /// The method: "spf", "dkim", "dmarc".
        package var method: String
        /// The result: "pass", "fail", "none", ...
        package var value: String
        /// The properties: "header.d" to "example.com".
        package var properties: [String: String]
    }

    /// The server that speaks, in small letters.
    package var server: String
    /// What it found.
    package var results: [Result]

    /// Reads the value of a field; nil where it names no server.
    ///
    /// Comments in parentheses are left out, and so is what does not read as method=result.
    package init?(_ field: String) {
        let statements = Self.withoutComments(field).split(separator: ";").map {
            $0.split(whereSeparator: \.isWhitespace)
        }
        guard let server = statements.first?.first else { return nil }
        self.server = server.lowercased()
        results = statements.dropFirst().compactMap { words in
            guard let first = words.first, let equals = first.firstIndex(of: "=") else { return nil }
            let method = first[..<equals].lowercased().prefix { $0 != "/" }
            var properties: [String: String] = [:]
            for word in words.dropFirst() {
                guard let equals = word.firstIndex(of: "=") else { continue }
                let value = word[word.index(after: equals)...].trimming(where: { $0 == "\"" })
                properties[word[..<equals].lowercased()] = value.lowercased()
            }
            return Result(
                method: String(method), value: first[first.index(after: equals)...].lowercased(),
                properties: properties)
        }
    }

    /// The text without its comments; quoted text stays as it is.
    private static func withoutComments(_ text: String) -> String {
        var (kept, depth, isQuoted, isEscaped) = ("", 0, false, false)
        for character in text {
            if isEscaped {
                isEscaped = false
                if depth == 0 { kept.append(character) }
                continue
            }
            switch character {
            case "\\": isEscaped = true
            case "\"" where depth == 0:
                isQuoted.toggle()
                kept.append(character)
            case "(" where !isQuoted: depth += 1
            case ")" where !isQuoted && depth > 0:
                depth -= 1
                kept.append(" ")
            default: if depth == 0 { kept.append(character == ";" && isQuoted ? "," : character) }
            }
        }
        return kept
    }
}

extension MailTrust {
    /// How far a message may be believed, by what the servers say that policy names.
    ///
    /// Anybody can write such a field, so a server's name counts only where policy has it, and of several fields under
    /// one name the worst counts: a forged one can make nothing better. What a server did not look at proves nothing.
    /// - Parameters:
    ///   - from: whom the message says that it is from.
    ///   - fields: the values of its Authentication-Results.
    ///   - servers: the names of the receiving servers that are believed, in small letters.
    package init(of from: MailAddress?, fields: [String], servers: Set<String>) {
        let all = fields.compactMap { AuthenticationResults($0) }.filter { servers.contains($0.server) }
            .flatMap(\.results)
        guard let from, !all.isEmpty else {
            self = .unverified
            return
        }
        let dmarc = all.filter { $0.method == "dmarc" }
        if dmarc.contains(where: { $0.value == "fail" || $0.value == "permerror" }) {
            self = .failed
        } else if !dmarc.isEmpty, dmarc.allSatisfy({ $0.value == "pass" }),
            dmarc.allSatisfy({ Self.isAligned($0.properties["header.from"] ?? String(from.domain), from) })
        {
            self = .verified
        } else {
            self = Self.withoutDMARC(all, from)
        }
    }

    private static func withoutDMARC(
        _ all: [AuthenticationResults.Result], _ from: MailAddress
    ) -> Self {
        let keys = all.filter { $0.method == "dkim" }
        let paths = all.filter { $0.method == "spf" }
        if keys.contains(where: {
            $0.value == "pass"
                && isAligned($0.properties["header.d"] ?? domain($0.properties["header.i"]), from)
        }) {
            return .verified
        }
        let aligned = paths.filter { isAligned(domain($0.properties["smtp.mailfrom"]), from) }
        if !aligned.isEmpty, aligned.allSatisfy({ $0.value == "pass" }) { return .verified }
        if aligned.contains(where: { $0.value == "fail" })
            || keys.contains(where: { $0.value == "fail" && isAligned($0.properties["header.d"] ?? "", from) }
            )
        {
            return .failed
        }
        return .unverified
    }

    /// The domain of an address, or the text itself where it is only a domain.
    private static func domain(_ text: String?) -> String {
        guard let text else { return "" }
        return text.lastIndex(of: "@").map { String(text[text.index(after: $0)...]) } ?? text
    }

    /// Whether a domain is that of the sender, or one that the sender’s lies in.
    ///
    /// A domain of one label never counts, so that nobody signs for all of ".com".
    private static func isAligned(_ domain: String, _ from: MailAddress) -> Bool {
        let domain = domain.lowercased()
        guard domain.contains(".") else { return false }
        return domain == from.domain || from.domain.hasSuffix("." + domain)
    }
}

extension Substring {
    fileprivate func trimming(where isDropped: (Character) -> Bool) -> String {
        var rest = self
        while let first = rest.first, isDropped(first) { rest.removeFirst() }
        while let last = rest.last, isDropped(last) { rest.removeLast() }
        return String(rest)
    }
}
