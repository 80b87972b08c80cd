import CGMime
import Crypto
import Diagnosis
import Domain
import Storage

/// Reads the bytes of a message (RFC 5322, MIME) into a value, within bounds, and fails on none: what is wrong with a
/// message stands in the value, beside all that could be read of it.
package enum MailReader {
    /// What bounds the work that a message can make.
    package struct Limits: Sendable {
        /// The largest message.
        package var bytes = 50_000_000
        /// The longest head.
        package var headBytes = 256_000
        /// The most fields of the head.
        package var fields = 1000
        /// How deep parts may lie within parts.
        package var depth = 20
        /// The most parts.
        package var parts = 300
        /// The most attachments.
        package var attachments = 100
        /// The most names of types that hold others ("multipart/", "message/") in all the bytes: what nests deeper than a
        /// parser can follow has more.
        package var containers = 120

        /// The usual bounds.
        package init() {}
    }

    /// A message, and what tells it from all others.
    package struct Read: Sendable {
        /// What was read.
        package var message: InboundMessage
        /// The same for the same message by whichever way it came, 64 hexadecimal digits: its identifier, sender, date
        /// and subject and every word and file of it are in it, the lines that servers add on the way are not.
        package var contentKey: String
    }

    /// Reads a message.
    ///
    /// O(bytes); at most a few times the size of the message in memory.
    package static func read(_ bytes: [UInt8], limits: Limits = Limits()) -> Read {
        let bytes = withoutEnvelopeLine(bytes)
        let head = head(of: bytes)
        var message = InboundMessage()
        let key = contentKey(bytes, head)
        if head.count > limits.headBytes || head.count(where: { $0 == 10 }) > limits.fields {
            message.problems.append(
                "Its head is longer than any proper message’s, so only its text is shown.")
        } else if containers(in: bytes, atMost: limits.containers) > limits.containers {
            message.problems.append("Its parts lie deeper within each other than anybody writes them.")
        } else if let parsed = parse(bytes) {
            var walk = MailWalk(limits: limits, message: message)
            walk.head(of: parsed)
            if let body = tl_mime_body(parsed) { walk.part(body, depth: 0) }
            message = walk.finish()
            tl_mime_release(parsed)
            if message.from.isEmpty, message.messageID == nil, message.subject.isEmpty, message.to.isEmpty {
                message.problems.append("It has none of the fields that a message begins with.")
                message.isBroken = true
            }
            if message.text.written.isEmpty, message.attachments.isEmpty, message.isBroken {
                show(bytes, in: &message)
            }
            return Read(message: message, contentKey: key)
        } else {
            message.problems.append("It does not read as a message.")
        }
        message.isBroken = true
        show(bytes, in: &message)
        return Read(message: message, contentKey: key)
    }

    /// The first bytes as text, for whoever has to look at what could not be read.
    private static func show(_ bytes: [UInt8], in message: inout InboundMessage) {
        let some = Array(bytes.prefix(20_000))
        message.text.written =
            MailText(
                DecodedText(guessing: some)?.text ?? DecodedText(some, as: .windows1252).text
            ).written
    }

    private static func parse(_ bytes: [UInt8]) -> UnsafeMutablePointer<GMimeMessage>? {
        tl_mime_start()
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { tl_mime_message($0.baseAddress, $0.count) }
        }
    }

    // MARK: Before the parser

    /// A message without the line "From ana@example.com Sat Nov 21 ..." that a mailbox file begins with.
    private static func withoutEnvelopeLine(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.starts(with: Array("From ".utf8)), let end = bytes.firstIndex(of: 10) else {
            return bytes
        }
        return Array(bytes[(end + 1)...])
    }

    /// The bytes before the first empty line.
    private static func head(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        var start = 0
        while let end = bytes[start...].firstIndex(of: 10) {
            if bytes[start..<end].allSatisfy({ $0 == 13 }) { return bytes[..<start] }
            start = end + 1
        }
        return bytes[...]
    }

    /// How often a type is named that holds other parts, counted no further than one more than asked.
    private static func containers(in bytes: [UInt8], atMost most: Int) -> Int {
        let marks = [Array("multipart/".utf8), Array("message/".utf8)]
        var count = 0
        for place in bytes.indices where bytes[place] | 32 == UInt8(ascii: "m") {
            for mark in marks where place + mark.count <= bytes.count {
                if zip(bytes[place..<(place + mark.count)], mark).allSatisfy({ $0 | 32 == $1 | 32 }) {
                    count += 1
                }
            }
            if count > most { break }
        }
        return count
    }

    private static func contentKey(_ bytes: [UInt8], _ head: ArraySlice<UInt8>) -> String {
        var hash = SHA256()
        var fields: [String: [UInt8]] = [:]
        var name = ""
        for line in head.split(separator: 10) {
            if let first = line.first, first == 32 || first == 9 {
                if !name.isEmpty { fields[name, default: []] += line }
            } else {
                name = String(decoding: line.prefix { $0 != 58 }, as: UTF8.self).lowercased()
                guard ["message-id", "from", "date", "subject"].contains(name), fields[name] == nil else {
                    name = ""
                    continue
                }
                fields[name] = Array(line.dropFirst(name.utf8.count + 1))
            }
        }
        for name in ["message-id", "from", "date", "subject"] {
            let value = (fields[name] ?? []).filter { ![9, 10, 13, 32].contains($0) }
            hash.update(data: Array(name.utf8) + [0] + value + [0])
        }
        var end = bytes.count
        while end > head.count, [9, 10, 13, 32].contains(bytes[end - 1]) { end -= 1 }
        let body = bytes[min(head.endIndex, end)..<end].drop { [10, 13].contains($0) }
        hash.update(data: body.filter { $0 != 13 })
        return hex(Array(hash.finalize()))
    }
}

/// Goes through the parts of a message and gathers what they hold.
private struct MailWalk {
    let limits: MailReader.Limits
    var message: InboundMessage
    private var texts: [String] = []
    private var partCount = 0
    private var isBeyond = false

    init(limits: MailReader.Limits, message: InboundMessage) {
        (self.limits, self.message) = (limits, message)
    }

    mutating func finish() -> InboundMessage {
        message.text = MailText(texts.joined(separator: "\n\n"))
        if isBeyond {
            message.problems.append("It has more parts than are read. The rest of it is in the original.")
        }
        return message
    }

    // MARK: Head

    mutating func head(of parsed: UnsafeMutablePointer<GMimeMessage>) {
        for index in 0..<tl_mime_header_count(parsed) {
            guard let nameText = tl_mime_header_name(parsed, index) else { continue }
            let name = String(cString: nameText).lowercased()
            let value = MailText.line(tl_mime_header_value(parsed, index).map { String(cString: $0) } ?? "")
            // Addresses are read before encoded words are undone, so that a name can never become an address.
            let raw = tl_mime_header_raw(parsed, index)
            switch name {
            case "from": message.from += addresses(raw, name: "From")
            case "reply-to": message.replyTo += addresses(raw)
            case "to": message.to += addresses(raw)
            case "cc": message.cc += addresses(raw)
            case "delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "x-envelope-to":
                message.deliveredTo += addresses(raw)
            case "return-path":
                let inner = value.filter { !"<> ".contains($0) }
                message.returnPath = message.returnPath ?? inner
            case "message-id": message.messageID = message.messageID ?? Self.identifiers(in: value).first
            case "in-reply-to": message.inReplyTo += Self.identifiers(in: Self.text(raw))
            case "references": message.references += Self.identifiers(in: Self.text(raw))
            case "subject": if message.subject.isEmpty { message.subject = value }
            case "date":
                if let raw, message.date == nil {
                    let seconds = tl_mime_date(raw)
                    if seconds > 0, seconds < 32_503_680_000 {
                        message.date = Timestamp(microseconds: seconds * 1_000_000)
                    }
                }
            case "authentication-results":
                if message.authentication.count < 20 { message.authentication.append(Self.text(raw)) }
            default:
                if InboundMessage.markNames.contains(name) { message.marks[name, default: []].append(value) }
            }
        }
        message.references = Array(message.references.suffix(100))
        message.inReplyTo = Array(message.inReplyTo.prefix(20))
    }

    /// The value of a field as it stands in the message, its folds undone.
    private static func text(_ raw: UnsafePointer<CChar>?) -> String {
        guard let raw else { return "" }
        return String(String(cString: raw).unicodeScalars.map { $0.value < 32 ? " " : Character($0) })
            .trimmingWhitespace
    }

    /// The identifiers in a field, without their angle brackets, as far as they can be some.
    static func identifiers(in text: String) -> [String] {
        var found: [String] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">"),
            found.count < 1000
        {
            let inner = rest[rest.index(after: open)..<close].filter { !$0.isWhitespace }
            if !inner.isEmpty, inner.utf8.count <= 900 { found.append(String(inner)) }
            rest = rest[rest.index(after: close)...]
        }
        // Some programs leave the brackets out.
        if found.isEmpty {
            let bare = text.trimmingWhitespace
            if bare.contains("@"), !bare.contains(" "), bare.utf8.count <= 900 { found.append(bare) }
        }
        return found
    }

    private mutating func addresses(_ raw: UnsafePointer<CChar>?, name: String? = nil) -> [MailAddress] {
        guard let raw else { return [] }
        let list = AddressList()
        tl_mime_addresses(
            raw,
            { context, name, address in
                guard let context, let address else { return }
                let list = Unmanaged<AddressList>.fromOpaque(context).takeUnretainedValue()
                list.take(String(cString: address), name.map { String(cString: $0) })
            }, Unmanaged.passUnretained(list).toOpaque())
        if let name, list.found.isEmpty, !Self.text(raw).isEmpty {
            message.problems.append("“\(name)” holds no address: “\(MailText.line(Self.text(raw)))”.")
        }
        return list.found
    }

    // MARK: Parts

    mutating func part(_ object: UnsafeMutablePointer<GMimeObject>, depth: Int, asText: Bool = true) {
        partCount += 1
        guard partCount <= limits.parts else {
            isBeyond = true
            return
        }
        switch tl_mime_kind(object) {
        case Int32(TL_MIME_MULTIPART):
            guard depth < limits.depth else { return attach(object, name: "nested.eml") }
            multipart(object, depth: depth, asText: asText)
        case Int32(TL_MIME_ENCLOSED): enclosed(object)
        case Int32(TL_MIME_PART): leaf(object, asText: asText)
        default: attach(object, name: "part")
        }
    }

    private mutating func multipart(_ object: UnsafeMutablePointer<GMimeObject>, depth: Int, asText: Bool) {
        let subtype = tl_mime_subtype(object).map { String(cString: $0).lowercased() } ?? ""
        let children = (0..<tl_mime_child_count(object)).compactMap { tl_mime_child(object, $0) }
        if depth == 0, subtype == "report" { message.isReport = true }
        if children.isEmpty {
            message.problems.append("A part that should hold others holds none.")
            attach(object, name: "part.eml")
        }
        guard subtype == "alternative", asText else {
            for child in children { part(child, depth: depth + 1, asText: asText) }
            return
        }
        // Of several forms of the same words one is taken: plain text where it says anything, else what comes last.
        var forms: [(texts: [String], attachments: [InboundMessage.Attachment])] = []
        let (before, kept) = (texts, message.attachments)
        for child in children {
            (texts, message.attachments) = ([], [])
            part(child, depth: depth + 1)
            forms.append((texts, message.attachments))
        }
        let worded = forms.filter { form in form.texts.contains { !$0.trimmingWhitespace.isEmpty } }
        texts = before + ((worded.first ?? forms.last)?.texts ?? [])
        message.attachments = kept + forms.flatMap(\.attachments)
    }

    private mutating func leaf(_ object: UnsafeMutablePointer<GMimeObject>, asText: Bool) {
        let type = Self.type(of: object)
        let name = tl_mime_file_name(object).map { String(cString: $0) }
        let isFile = tl_mime_is_attachment(object) != 0 || name != nil
        if asText, !isFile, type == "text/plain" || type == "text/html" {
            let text = decoded(object)
            texts.append(type == "text/html" ? HTMLText.plain(text) : text)
        } else if type == "message/delivery-status" {
            message.report = Self.report(decoded(object)) ?? message.report
            if message.report != nil { message.isReport = true }
        } else if type == "text/rfc822-headers", message.isReport {
            message.enclosedIDs += Self.messageID(inHead: decoded(object))
        } else {
            attach(object, name: name ?? "")
        }
    }

    private mutating func enclosed(_ object: UnsafeMutablePointer<GMimeObject>) {
        guard let inner = tl_mime_enclosed(object) else { return attach(object, name: "message.eml") }
        var name = "message.eml"
        for index in 0..<tl_mime_header_count(inner) {
            guard let field = tl_mime_header_name(inner, index) else { continue }
            let value = MailText.line(tl_mime_header_value(inner, index).map { String(cString: $0) } ?? "")
            switch String(cString: field).lowercased() {
            case "message-id" where message.isReport: message.enclosedIDs += Self.identifiers(in: value)
            case "subject" where !value.isEmpty: name = "\(value).eml"
            default: break
            }
        }
        attach(object, name: name)
    }

    private mutating func attach(_ object: UnsafeMutablePointer<GMimeObject>, name: String) {
        guard message.attachments.count < limits.attachments else {
            isBeyond = true
            return
        }
        let data = bytes(of: object)
        guard !data.isEmpty else {
            if !name.isEmpty {
                message.problems.append("“\(MailText.line(name))” came empty, so there is nothing to keep.")
            }
            return
        }
        message.attachments.append(
            .init(
                name: name, mediaType: Self.type(of: object), bytes: data,
                isInline: tl_mime_is_attachment(object) == 0 && Self.type(of: object).hasPrefix("image/")))
    }

    private static func type(of object: UnsafeMutablePointer<GMimeObject>) -> String {
        guard let type = tl_mime_type(object), let subtype = tl_mime_subtype(object) else { return "" }
        return "\(String(cString: type))/\(String(cString: subtype))".lowercased()
    }

    private func bytes(of object: UnsafeMutablePointer<GMimeObject>) -> [UInt8] {
        guard let array = tl_mime_bytes(object) else { return [] }
        defer { g_byte_array_unref(array) }
        guard let data = array.pointee.data else { return [] }
        return Array(UnsafeBufferPointer(start: data, count: Int(array.pointee.len)))
    }

    /// The words of a part: by the character set that it names, else by what the bytes look like.
    private func decoded(_ object: UnsafeMutablePointer<GMimeObject>) -> String {
        let data = bytes(of: object)
        let named = tl_mime_parameter(object, "charset").map { String(cString: $0).lowercased() }
        if named == nil || named == "us-ascii" || named == "utf-8",
            let text = String(validating: data, as: UTF8.self)
        {
            return text
        }
        if let named, named != "utf-8", named != "us-ascii", let text = Self.converted(data, from: named) {
            return text
        }
        // Text of some other program that says UTF-8, or says nothing, is mostly that of Windows.
        let guess = data.contains(0) ? DecodedText(guessing: data)?.text : nil
        return guess ?? DecodedText(data, as: .windows1252).text
    }

    private static func converted(_ data: [UInt8], from charset: String) -> String? {
        var length = 0
        return data.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { chars -> String? in
                guard let text = tl_mime_utf8(chars.baseAddress, chars.count, charset, &length) else {
                    return nil
                }
                defer { g_free(text) }
                return text.withMemoryRebound(to: UInt8.self, capacity: length) {
                    String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
                }
            }
        }
    }

    // MARK: Reports

    /// What a report says of the recipient that it is about; of several the first that failed.
    private static func report(_ text: String) -> InboundMessage.DeliveryReport? {
        var reports: [InboundMessage.DeliveryReport] = []
        for group in text.normalizingLineBreaks.split(separator: "\n\n") {
            var fields: [String: String] = [:]
            var name = ""
            for line in group.split(separator: "\n") {
                if line.first == " " || line.first == "\t" {
                    if !name.isEmpty { fields[name, default: ""] += " " + String(line).trimmingWhitespace }
                } else if let colon = line.firstIndex(of: ":") {
                    name = line[..<colon].lowercased()
                    fields[name] =
                        fields[name] ?? String(line[line.index(after: colon)...]).trimmingWhitespace
                }
            }
            func value(_ name: String) -> String? {
                fields[name].map { text in
                    let parts = text.split(separator: ";", maxSplits: 1)
                    return MailText.line(String(parts.last ?? "")).trimmingWhitespace
                }
            }
            guard fields["action"] != nil || fields["status"] != nil else { continue }
            reports.append(
                .init(
                    action: fields["action"]?.lowercased() ?? "",
                    recipient: value("final-recipient") ?? value("original-recipient"),
                    status: fields["status"].map { MailText.line($0) }, diagnostic: value("diagnostic-code")))
        }
        return reports.first(where: \.isFailure) ?? reports.first
    }

    private static func messageID(inHead text: String) -> [String] {
        for line in text.split(whereSeparator: \.isNewline) where line.lowercased().hasPrefix("message-id:") {
            return identifiers(in: String(line.dropFirst(11)))
        }
        return []
    }
}

/// Gathers addresses while C gives them out, one after the other.
private final class AddressList {
    var found: [MailAddress] = []

    func take(_ address: String, _ name: String?) {
        if let one = MailAddress(address, name: name), found.count < 200 { found.append(one) }
    }
}
