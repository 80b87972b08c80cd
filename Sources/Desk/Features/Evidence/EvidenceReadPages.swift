import Diagnosis
import Domain
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Storage
import Web

/// Reading the bytes of evidence, and who did.
enum EvidenceReadPages {
    /// A reason for reading restricted evidence holds so long.
    static let reasonHolds: Int64 = 3600

    /// The piece that a request names, as far as its caller may know of it.
    static func find(
        _ call: SignedInCall, _ services: Services
    ) async throws -> (this: SupportCase, evidence: Evidence) {
        let (request, actor) = (call.request, call.actor)
        return try await services.database.read { tx in
            let this = try CaseDirectory.find(request.parameter("id"), for: actor, in: tx)
            guard
                let found = try EvidenceDirectory.find(
                    request.parameter("number"), of: this.id, for: actor, in: tx)
            else { throw Refusal.notFound("piece of evidence") }
            return (this, found)
        }
    }

    /// Whether somebody may read the bytes now: where reading takes a reason, it was given within the hour.
    static func isOpen(_ found: Evidence, for actor: Actor, _ services: Services) async throws -> Bool {
        guard found.isRestricted(by: services.policy.current), !actor.isCustomer else { return true }
        return try await gaveReason(found, actor, services)
    }

    /// Whether somebody said within the hour why they read a piece.
    private static func gaveReason(
        _ found: Evidence, _ actor: Actor, _ services: Services
    ) async throws -> Bool {
        let last = try await services.database.read { tx in
            try tx.first(EvidenceQueries.lastReason(of: actor.id, for: found.id.raw)) { $0.integer(0) } ?? 0
        }
        return services.clock().seconds(since: Timestamp(microseconds: last)) < reasonHolds
    }

    /// Whether somebody sees a copy of a text without what is private: all but customers of what they gave themselves.
    static func isSealed(_ found: Evidence, for actor: Actor, _ services: Services) -> Bool {
        !(actor.isCustomer && found.isFromCustomer) && services.policy.current.evidence.showsRedacted(found)
    }

    /// Whether somebody may read what is private in a text now: who has the right, and said why within the hour.
    static func isOriginalOpen(
        _ found: Evidence, for actor: Actor, _ services: Services
    ) async throws -> Bool {
        guard isSealed(found, for: actor, services) else { return true }
        guard actor.may(Evidence.restrictedRight) else { return false }
        return try await gaveReason(found, actor, services)
    }

    /// Refuses whoever may not read a piece now.
    static func refuseUnlessOpen(
        _ found: Evidence, for actor: Actor, _ services: Services
    ) async throws {
        if let reason = found.removedReason {
            throw Refusal(
                .conflict, "evidence_removed", "The bytes of \(found.number) were taken away: “\(reason)”.")
        }
        guard found.isReadable(by: actor, policy: services.policy.current) else {
            throw Refusal(
                .denied, "restricted",
                "\(found.number) is restricted. Ask a lead for the right, or somebody who has it to read it."
            )
        }
        guard try await isOpen(found, for: actor, services) else {
            throw Refusal(
                .conflict, "reason_needed",
                "\(found.number) is restricted. Say first why you need it (evidence.open); it is open to you for an hour then."
            )
        }
    }

    private static func refuseUnlessOriginalOpen(
        _ found: Evidence, for actor: Actor, _ services: Services
    ) async throws {
        guard actor.may(Evidence.restrictedRight) else {
            throw Refusal(
                .denied, "original_sealed",
                "The original of \(found.number) is sealed. Ask a lead for the right, or somebody who has it to read it."
            )
        }
        guard try await isOriginalOpen(found, for: actor, services) else {
            throw Refusal(
                .conflict, "reason_needed",
                "The original of \(found.number) is sealed. Say first why you need it (evidence.open); it is open to you for an hour then."
            )
        }
    }

    /// What of a piece is read, and its digest.
    struct Opened: Sendable {
        /// The bytes.
        var file: EvidenceFile
        /// Their digest: that of the copy, where one is read.
        var hash: String
    }

    /// The bytes for reading: of a text the copy without what is private, unless the original is asked for.
    ///
    /// The reading is on record, where policy wants it so, before the first of them goes out.
    /// - Parameter isOngoing: whether one entry on record stands for all readings of a person in this way for an hour:
    ///   who scrolls through a file asks for it many times.
    static func open(
        _ found: Evidence, way: String, for actor: Actor, original isOriginal: Bool = false,
        isOngoing: Bool = false, _ services: Services
    ) async throws -> Opened {
        let policy = services.policy.current
        try await refuseUnlessOpen(found, for: actor, services)
        let isSealed = isSealed(found, for: actor, services)
        var hash = found.hash
        if isSealed, isOriginal {
            try await refuseUnlessOriginalOpen(found, for: actor, services)
        } else if isSealed,
            let copy = try await RedactionDirectory.shown(of: found, downloading: way == "download", services)
        {
            hash = copy.hash
        }
        let shown = hash
        let file = try await services.evidence.working { [store = services.evidence] in
            try store.open(shown)
        }
        guard let file else { throw missing(found, services) }
        let isUnsealed = isSealed && isOriginal
        let isRecorded =
            isUnsealed || found.wasRestricted || policy.evidence.sensitivity(of: found).recordsReads
        let name = isUnsealed ? "original" : way
        let isKnown =
            isRecorded && isOngoing ? try await wasRead(found, way: name, by: actor, services) : false
        if isRecorded, !isKnown {
            try await record(
                .read(way: name, reason: nil, share: nil, visitor: nil), on: found, by: actor, services)
        }
        return Opened(file: file, hash: shown)
    }

    /// Whether it stands on record that somebody read a piece so within the hour.
    private static func wasRead(
        _ found: Evidence, way: String, by actor: Actor, _ services: Services
    ) async throws -> Bool {
        let last = try await services.database.read { tx in
            try tx.first(EvidenceQueries.lastReading(of: found.id.raw, by: actor.id, way: way)) {
                $0.integer(0)
            } ?? 0
        }
        return services.clock().seconds(since: Timestamp(microseconds: last)) < reasonHolds
    }

    private static func missing(_ found: Evidence, _ services: Services) -> any Error {
        services.logger.error("bytes of evidence are missing", metadata: ["hash": "\(found.hash)"])
        return Refusal(
            .unavailable, "bytes_missing",
            "The bytes of \(found.number) are not in the folder of evidence. Tell an administrator: the folder may not be mounted."
        )
    }

    private static func record(
        _ fact: EvidenceFact, on found: Evidence, by actor: Actor, _ services: Services
    ) async throws {
        let now = services.clock()
        _ = try await services.database.write { [journal = services.journal] tx in
            var decision = Decision()
            decision.record(fact, on: found.ref)
            return try journal.append(decision.entries, by: actor.id, at: now, in: tx).lastSequence
        }
        services.live.wake()
    }

    // MARK: Bytes

    static func content(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        var found = try await find(call, services).evidence
        let isImage = call.request.query("show") == "image" && canShowAsImage(found)
        let isOriginal = call.request.query("show") == "original"
        let file = try await open(
            found, way: isImage ? "image" : "download", for: call.actor, original: isOriginal, services
        ).file
        if !isOriginal, isSealed(found, for: call.actor, services) {
            let id = found.id
            let copy = try await services.database.read { tx in try RedactionDirectory.copy(of: id, in: tx) }
            if let copy, copy.hash != found.hash { found.name = nameOfCopy(found) }
        }
        return response(file, found, isInline: isImage, range: call.request.headers[.range], services)
    }

    /// The name of a piece's redacted copy; that of an archive is a ZIP archive, whatever the original is.
    static func nameOfCopy(_ found: Evidence) -> String {
        let isText = FileKind.isText(found.mediaType) || found.name.lowercased().hasSuffix(".zip")
        let isPacked = [".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".tar", ".cpio", ".lz4"].contains {
            found.name.lowercased().hasSuffix($0)
        }
        return "redacted-\(found.name)" + (!isText && isPacked ? ".zip" : "")
    }

    private static let imageTypes: Set<String> = ["image/png", "image/jpeg", "image/gif", "image/webp"]

    /// Whether the bytes are an image that runs nothing; its size is looked at on the page that shows it.
    static func canShowAsImage(_ found: Evidence) -> Bool {
        imageTypes.contains(found.mediaType) && found.size <= 30_000_000
    }

    /// The file as an answer that no browser runs or shows as a page of ours, whatever is in it.
    static func response(
        _ file: EvidenceFile, _ found: Evidence, isInline: Bool, range: String? = nil, _ services: Services
    ) -> WebResponse {
        let part = range.flatMap { byteRange($0, size: file.size) }
        let (from, count) = part ?? (0, file.size)
        var headers: HTTPFields = [
            .contentType: isInline ? found.mediaType : "application/octet-stream",
            .contentDisposition: disposition(found.name, isInline: isInline),
            .contentSecurityPolicy: "default-src 'none'; sandbox; frame-ancestors 'none'",
            .xContentTypeOptions: "nosniff", .acceptRanges: "bytes",
            .cacheControl: "private, no-store",
        ]
        if part != nil { headers[.contentRange] = "bytes \(from)-\(from + count - 1)/\(file.size)" }
        let store = services.evidence
        return WebResponse(status: part == nil ? .ok : .partialContent, headers: headers, length: Int(count))
        {
            place in
            let size = min(65_536, Int(count) - place)
            return ByteBuffer(
                bytes: try await store.working { try file.read(at: from + Int64(place), count: size) })
        }
    }

    /// “bytes=100-” and “bytes=100-199”; anything else gets the whole file.
    static func byteRange(_ text: String, size: Int64) -> (from: Int64, count: Int64)? {
        guard let match = text.wholeMatch(of: /bytes=(\d+)-(\d*)/), let from = Int64(match.1), from < size
        else {
            return nil
        }
        let to = min(Int64(match.2) ?? size - 1, size - 1)
        return to < from ? nil : (from, to - from + 1)
    }

    /// RFC 6266: a name in ASCII for old programs, and the whole one in UTF-8.
    static func disposition(_ name: String, isInline: Bool) -> String {
        let plain = String(
            String.UnicodeScalarView(
                name.unicodeScalars.map {
                    $0.isASCII && $0.value >= 32 && !"\"\\%".unicodeScalars.contains($0) ? $0 : "_"
                }
            ))
        return
            "\(isInline ? "inline" : "attachment"); filename=\"\(plain)\"; filename*=UTF-8''\(percentEncoded(name))"
    }

    // MARK: Who read what

    static func ofCase(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (actor, reference) = (call.actor, call.request.parameter("id"))
        let (this, log) = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: actor, in: tx)
            return (this, try load(caseID: this.id.raw, organisation: nil, for: actor, in: tx))
        }
        let back: HTML = """
            <a href="/cases/\(this.number)">\(this.number)</a><span aria-hidden="true">/</span><a href="/cases/\(this.number)/evidence">Evidence</a>
            """
        return services.page(
            page("Who read what: \(this.number)", here: "/cases", back: back, log, now: services.clock()),
            for: call)
    }

    static func ofOrganisation(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (actor, reference) = (call.actor, call.request.parameter("id"))
        let (organisation, log) = try await services.database.read { tx in
            let organisation = try CustomerDirectory.find(reference, seenBy: actor, in: tx)
            return (
                organisation, try load(caseID: nil, organisation: organisation.id.raw, for: actor, in: tx)
            )
        }
        let back: HTML =
            "<a href=\"/organisations/\(organisation.id.raw)\">\(isolated(organisation.name))</a>"
        return services.page(
            page(
                "Who read what: \(organisation.name)", here: "/organisations", back: back, log,
                now: services.clock()), for: call)
    }

    private struct Log: Sendable {
        var readings: [EvidenceReading]
        var names: [String: String]
        var cases: [String: String]
    }

    private static let most = 500

    /// The readings of cases that the actor may know of.
    private static func load(
        caseID: String?, organisation: String?, for actor: Actor, in tx: borrowing Transaction
    ) throws -> Log {
        let all = try tx.all(
            EvidenceQueries.readings(caseID: caseID, organisation: organisation, limit: most),
            EvidenceQueries.readReading)
        var cases: [String: String] = [:]
        for id in Set(all.map(\.caseID)) {
            // A case that the actor may not know of is left out, and its readings with it.
            cases[id] = try? CaseDirectory.find(id, for: actor, in: tx).number
        }
        let readings = all.filter { cases[$0.caseID] != nil }
        return Log(
            readings: readings, names: try PeopleDirectory.names(of: readings.map(\.reader), in: tx),
            cases: cases)
    }

    private static func page(_ title: String, here: String, back: HTML, _ log: Log, now: Timestamp) -> Page {
        let rows = log.readings.map { reading -> HTML in
            let number = log.cases[reading.caseID] ?? ""
            let who = reading.visitor ?? log.names[reading.reader] ?? "Thirdline"
            return """
                <tr role="row"><th scope="row" role="rowheader">\(time(reading.at, now: now))</th><td role="cell" data-label="Who">\(isolated(who))</td><td role="cell" data-label="What"><a href="/cases/\(number)/evidence/E\(reading.number)">\(number), E\(reading.number)</a></td><td role="cell" data-label="How">\(words[reading.way] ?? reading.way)\(reading.share.map { " by \($0)" } ?? "")</td><td role="cell" data-label="Why">\(reading.reason.map(isolated) ?? "<span class=\"dim\">not asked</span>")</td></tr>

                """
        }
        let table: HTML =
            rows.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>Nobody yet</h2><p>Each reading of confidential and restricted evidence stands here, and each use of a link.</p></div></div>"
            : """
            <div class="card clip"><table class="tbl" role="table" aria-label="Readings, newest first"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">When</th><th scope="col" role="columnheader">Who</th><th scope="col" role="columnheader">What</th><th scope="col" role="columnheader">How</th><th scope="col" role="columnheader">Why</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div>
            """
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb">\(back)<span aria-hidden="true">/</span><span>Who read what</span></nav><h1>\(title)</h1><p class="lede">Which readings are recorded follows from policy. The newest \(most) are shown; times are in \(zoneName).</p>\(table)
            """
        return Page(title, here: here, main: main)
    }

    private static let words = [
        "open": "Gave a reason", "preview": "Looked at it", "download": "Downloaded it",
        "image": "Looked at it", "share": "Downloaded it", "original": "Read the original",
        "log": "Read it as a log",
    ]
}
