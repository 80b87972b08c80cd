import Crypto
import Diagnosis
import Domain
import Glibc
import Storage
import Synchronization

/// How much is done for reading logs.
struct LogShelfLimits: Sendable {
    /// Logs of up to so many bytes are indexed while somebody waits; others beside the work.
    var atOnce: Int64 = 8 << 20
    /// The most bytes of a member of an archive, or of a compressed file, that are unpacked.
    var unpacked: Int64 = 16 << 30
    /// So many bytes stay free on the disk.
    var room: Int64 = 1 << 30
    /// How many names of an archive are listed.
    var members = 5000
    /// How many logs are kept open.
    var open = 24
    /// Indexes that nobody used for so many seconds are removed.
    var indexAge: Int64 = 90 * 86_400
    /// Unpacked texts that nobody used for so many seconds are removed.
    var textAge: Int64 = 2 * 86_400
    /// How many bytes one request looks through at most, but for a single line that is longer.
    var scanned: Int64 = 128 << 20
}

/// Logs that can be read at any place, and what is made from evidence so that they can be: indexes, lists of the members
/// of archives, unpacked texts.
///
/// All of it lies in the folder `derived` beside the bytes of evidence and can be made again from them: what is missing,
/// damaged or of an older version is. Each file is written under a name of its own and renamed, so nodes that share the
/// folder do no more than the same work twice.
final class LogShelf: Sendable {
    /// A member of an archive that can be read.
    struct Member: Sendable, Equatable {
        var name: String
    }

    /// What takes out what is private of the texts that are unpacked from an archive.
    struct Redaction: Sendable {
        var redactor: Redactor
        /// Which redactor it is: the same text is another one for every case.
        var name: String
    }

    /// What a log turned out to be.
    enum Shown: Sendable {
        /// It can be read.
        case log(IndexedLog)
        /// It is an archive; one of its members has to be chosen. What was skipped is named.
        case members([Member], problems: [String])
        /// It is being made readable: so many bytes are done, of so many where that is known.
        case making(done: Int64, total: Int64?)
        /// It cannot be read as a log, for this reason.
        case none(String)
    }

    /// What is to be made.
    struct Order: Sendable {
        var file: EvidenceFile
        var hash: String
        var assumptions: LogFormat.Assumptions
        var member: String?
        var key: String
        var redactor: Redactor?
        /// Whether only the names of an archive's members are asked for.
        var isList = false

        var name: String { "\(hash).\(key)" + (isList ? ".list" : "") }
    }

    private enum Standing: Sendable {
        case made(done: Int64, total: Int64?)
        case failed(String)
    }

    private struct Inside: Sendable {
        var standing: [String: Standing] = [:]
        var open: [(name: String, log: IndexedLog)] = []
        var lists: [String: ([Member], [String])] = [:]
        var waiting: [Order] = []
        var maker: AsyncStream<Void>.Continuation?
        var isStopped = false
    }

    let limits: LogShelfLimits
    let folder: String
    private let keys: KeyRing?
    private let inside = Mutex(Inside())

    /// A shelf beside the bytes of evidence, encrypted as they are.
    init(folder: String, limits: LogShelfLimits = LogShelfLimits(), keys: KeyRing?) {
        (self.folder, self.limits, self.keys) = ("\(folder)/derived", limits, keys)
    }

    /// Wakes whoever makes what was ordered: at once, and with every order from now on.
    func wakes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        inside.withLock { ($0.isStopped, $0.maker) = (false, continuation) }
        continuation.yield()
        return stream
    }

    /// What is to be made next; nil where nothing waits.
    func next() -> Order? { inside.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() } }

    /// Ends what is being made; it is begun anew when somebody asks.
    func stop() {
        inside.withLock { inside in
            inside.isStopped = true
            inside.maker?.finish()
            inside.maker = nil
        }
    }
    private var isStopped: Bool { inside.withLock { $0.isStopped } }

    // MARK: Asking

    /// What a piece of evidence, or a member of it, shows as a log; to be called where waiting for a disk is allowed.
    func look(
        at file: EvidenceFile, _ hash: String, member: String?, _ assumptions: LogFormat.Assumptions,
        redacting redaction: Redaction? = nil, now: Timestamp
    ) throws -> Shown {
        var order = Order(
            file: file, hash: hash, assumptions: assumptions, member: member,
            key: Self.key(member, assumptions))
        if let log = opened(order.name) { return .log(log) }
        let head = try file.read(at: 0, count: 64 << 10)
        if ArchiveReader.isArchive(head) {
            order.redactor = redaction?.redactor
            order.key = Self.key(member, assumptions, redaction?.name)
            if let log = opened(order.name) { return .log(log) }
            guard member != nil else {
                order.isList = true
                return try list(order, now)
            }
            return try stand(of: order) ?? kept(order, text: textPath(order), now) ?? begin(order, total: nil)
        }
        guard member == nil || member == "" else {
            throw Refusal(field: "member", "no_member", "It is no archive, so it has no members.")
        }
        guard let encoding = head.isEmpty ? .utf8 : DecodedText.encoding(of: Array(head.prefix(4096))) else {
            return .none(
                "It is not text: its bytes are \(FileKind(sniffing: head).name). Download it to look at it with its own program."
            )
        }
        if encoding.unit > 1 {
            return try stand(of: order) ?? kept(order, text: textPath(order), now)
                ?? begin(order, total: file.size)
        }
        if let shown = try stand(of: order) ?? kept(order, text: nil, now) { return shown }
        guard file.size <= limits.atOnce else { return begin(order, total: file.size) }
        return .log(try index(order, file, encoding))
    }

    private static func key(
        _ member: String?, _ assumptions: LogFormat.Assumptions, _ redaction: String? = nil
    ) -> String {
        var text = "\(member ?? "")\u{0}\(assumptions.zone)\u{0}\(assumptions.writtenAt ?? 0)"
        if let redaction { text += "\u{0}\(redaction)" }
        return hex(Array(SHA256.hash(data: Array(text.utf8)).prefix(8)))
    }

    private func opened(_ name: String) -> IndexedLog? {
        inside.withLock { inside in
            guard let place = inside.open.firstIndex(where: { $0.name == name }) else { return nil }
            let entry = inside.open.remove(at: place)
            inside.open.append(entry)
            return entry.log
        }
    }

    private func stand(of order: Order) -> Shown? {
        inside.withLock { inside in
            switch inside.standing[order.name] {
            case .made(let done, let total): return .making(done: done, total: total)
            case .failed(let why):
                // Whoever asks again later lets it be tried again.
                inside.standing[order.name] = nil
                return Shown.none(why)
            case nil: return nil
            }
        }
    }

    private func begin(_ order: Order, total: Int64?) -> Shown {
        inside.withLock { inside in
            guard inside.standing[order.name] == nil else { return }
            inside.standing[order.name] = .made(done: 0, total: total)
            inside.waiting.append(order)
            inside.maker?.yield()
        }
        return .making(done: 0, total: total)
    }

    private func list(_ order: Order, _ now: Timestamp) throws -> Shown {
        if let (members, problems) = inside.withLock({ $0.lists[order.name] }) {
            return .members(members, problems: problems)
        }
        return stand(of: order) ?? begin(order, total: nil)
    }

    /// The log, where its index lies in the folder, and its text too where it has one of its own.
    private func kept(_ order: Order, text: String?, _ now: Timestamp) throws -> Shown? {
        var bytes: any LogBytes = order.file
        if let text {
            guard let file = try derived(text) else { return nil }
            bytes = file
            touch(text, now)
        }
        let path = indexPath(order)
        guard let file = try derived(path), file.size < 64 << 20,
            let index = LogIndex(decoding: try file.read(at: 0, count: Int(file.size))),
            index.size == bytes.size
        else { return nil }
        touch(path, now)
        return .log(try open(order, bytes, index))
    }

    private func open(_ order: Order, _ bytes: any LogBytes, _ index: LogIndex) throws -> IndexedLog {
        let head = try bytes.read(at: 0, count: 4096)
        let log = IndexedLog(
            bytes, index: index, format: try LogFormat(learningFrom: bytes, assuming: order.assumptions),
            encoding: DecodedText.encoding(of: head) ?? .utf8)
        inside.withLock { inside in
            inside.open.removeAll { $0.name == order.name }
            inside.open.append((order.name, log))
            if inside.open.count > limits.open { inside.open.removeFirst() }
        }
        return log
    }

    /// What was made; nil where it was not, or with a key that is gone: then it is made anew.
    private func derived(_ path: String) throws -> EvidenceFile? {
        do { return try EvidenceFile(path: path, keys: keys) } catch let refusal as Refusal
            where refusal.code == "evidence_key_missing"
        { return nil }
    }

    private func textPath(_ order: Order) -> String { "\(folder)/\(order.name).text" }
    private func indexPath(_ order: Order) -> String { "\(folder)/\(order.name).index" }

    // MARK: Making

    /// Makes what was ordered; to be called where waiting for a disk is allowed.
    func make(_ order: Order) {
        do {
            if order.isList { try makeList(order) } else { try makeLog(order) }
            inside.withLock { $0.standing[order.name] = nil }
        } catch let refusal as Refusal {
            if refusal.code == "stopping" {
                inside.withLock { $0.standing[order.name] = nil }
            } else {
                fail(order, refusal.message)
            }
        } catch {
            fail(order, "It could not be made readable (\(error)). Try again, or tell an administrator.")
        }
    }

    private func fail(_ order: Order, _ why: String) {
        inside.withLock { $0.standing[order.name] = .failed(why) }
    }

    private func progress(_ order: Order, _ done: Int64, of total: Int64?) throws {
        guard !isStopped else { throw Refusal(.unavailable, "stopping", "The server is being stopped.") }
        inside.withLock { $0.standing[order.name] = .made(done: done, total: total) }
    }

    private func makeLog(_ order: Order) throws {
        let head = try order.file.read(at: 0, count: 64 << 10)
        let isArchive = ArchiveReader.isArchive(head)
        guard isArchive || (DecodedText.encoding(of: Array(head.prefix(4096)))?.unit ?? 1) > 1 else {
            _ = try index(order, order.file, DecodedText.encoding(of: Array(head.prefix(4096))) ?? .utf8)
            return
        }
        let path = textPath(order)
        if try derived(path) == nil {
            try makeText(order, isArchive: isArchive)
        }
        guard let text = try derived(path) else { throw vanished }
        _ = try index(
            order, text, DecodedText.encoding(of: Array(try text.read(at: 0, count: 4096))) ?? .utf8)
    }

    /// Writes the text that is read: unpacked, as UTF-8, without what is private; it has its name once it is all of that.
    private func makeText(_ order: Order, isArchive: Bool) throws {
        let path = textPath(order)
        let first = try Part(in: folder, for: order, limits, keys)
        guard isArchive else {
            try transcode(order, order.file, into: first)
            return try first.rename(to: path)
        }
        try unpack(order, into: first)
        let raw = "\(first.path).raw"
        try first.rename(to: raw)
        defer { unlink(raw) }
        guard let unpacked = try derived(raw) else { throw vanished }
        let head = Array(try unpacked.read(at: 0, count: 4096))
        let isWide = (DecodedText.encoding(of: head)?.unit ?? 1) > 1
        guard isWide || order.redactor != nil else {
            guard Glibc.rename(raw, path) == 0 else { throw EvidenceStore.fault("rename \(path)") }
            return
        }
        let part = try Part(in: folder, for: order, limits, keys)
        var stream = order.redactor?.stream()
        func take(_ bytes: UnsafeRawBufferPointer) throws {
            if stream == nil { try part.write(bytes) } else { try stream?.feed(bytes) { try part.write($0) } }
        }
        if isWide {
            try transcode(order, unpacked, take)
        } else {
            var at: Int64 = 0
            while at < unpacked.size {
                let piece = try unpacked.read(at: at, count: 1 << 20)
                guard !piece.isEmpty else { throw vanished }
                try piece.withUnsafeBytes { try take($0) }
                at += Int64(piece.count)
                try progress(order, at, of: unpacked.size)
            }
        }
        try stream?.finish { try part.write($0) }
        try part.rename(to: path)
    }

    private var vanished: Refusal {
        Refusal(.unavailable, "text_gone", "Its unpacked text vanished while it was read. Try again.")
    }

    /// Reads a log once, keeps its index and opens it.
    private func index(_ order: Order, _ bytes: EvidenceFile, _ encoding: DecodedText.Encoding) throws
        -> IndexedLog
    {
        let size = bytes.size
        let format = try LogFormat(learningFrom: bytes, assuming: order.assumptions)
        var indexer = LogIndexer(format, size: size)
        var at: Int64 = 0
        while at < size {
            let piece = try bytes.read(at: at, count: 1 << 20)
            guard !piece.isEmpty else {
                throw Refusal(.unavailable, "bytes_missing", "Its bytes end before their end.")
            }
            piece.withUnsafeBytes { indexer.feed($0) }
            at += Int64(piece.count)
            if size > limits.atOnce { try progress(order, at, of: size) }
        }
        let index = indexer.finish()
        let part = try Part(in: folder, for: order, limits, keys)
        try index.encoded.withUnsafeBytes { try part.write($0) }
        try part.rename(to: indexPath(order))
        return try open(order, bytes, index)
    }

    private func transcode(_ order: Order, _ file: EvidenceFile, into part: Part) throws {
        try transcode(order, file) { try part.write($0) }
    }

    private func transcode(
        _ order: Order, _ file: EvidenceFile, _ write: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let head = Array(try file.read(at: 0, count: 4096))
        guard let encoding = DecodedText.encoding(of: head) else { throw vanished }
        var at: Int64 = 0
        while at < file.size {
            var piece = try file.read(at: at, count: 1 << 20)
            guard !piece.isEmpty else { throw vanished }
            let isLast = at + Int64(piece.count) >= file.size
            if !isLast {
                piece.removeLast(piece.count % encoding.unit)
                // A character of two units stays whole.
                let high = piece.count >= 2 ? piece[piece.count - (encoding == .utf16BigEndian ? 2 : 1)] : 0
                if encoding.unit == 2, (0xD8...0xDB).contains(high) { piece.removeLast(2) }
            }
            let text = Array(DecodedText(piece, as: encoding).text.utf8)
            try text.withUnsafeBytes { try write($0) }
            at += Int64(piece.count)
            try progress(order, at, of: file.size)
        }
    }

    private struct Enough: Error {}

    private func unpack(_ order: Order, into part: Part) throws {
        var reader = ArchiveReader()
        var isThere = false
        var fault: String?
        do {
            try reader.read(order.file, name: "") { member in
                guard Self.name(member) == order.member else { return }
                isThere = true
                var buffer = [UInt8](repeating: 0, count: 1 << 20)
                while true {
                    let count = buffer.withUnsafeMutableBytes { member.read(into: $0) }
                    if count == 0 { break }
                    try buffer.withUnsafeBytes {
                        try part.write(UnsafeRawBufferPointer(rebasing: $0[..<count]))
                    }
                    try progress(order, part.size, of: nil)
                }
                guard !member.isCutOff else {
                    throw Refusal(
                        .tooLarge, "bomb",
                        "It expands to more than \(ArchiveLimits().ratio) times the size of the archive, as no log does. It is not unpacked."
                    )
                }
                fault = member.fault
                throw Enough()
            }
        } catch is Enough {}
        guard isThere else {
            let why = reader.problems.first.map { " \($0)" } ?? ""
            throw Refusal(.notFound, "no_member", "There is no such text in this archive.\(why)")
        }
        if let fault, part.size == 0 { throw Refusal(.conflict, "damaged", Self.readable(fault)) }
    }

    private func makeList(_ order: Order) throws {
        try Self.makeFolder(folder)
        var reader = ArchiveReader()
        var members: [Member] = []
        var more = 0
        try reader.read(order.file, name: "") { member in
            if members.count < limits.members {
                members.append(Member(name: Self.name(member)))
            } else {
                more += 1
            }
            guard !isStopped else { throw Refusal(.unavailable, "stopping", "The server is being stopped.") }
        }
        var problems = reader.problems.map(Self.readable)
        if more > 0 { problems.append("\(more) more members are not listed.") }
        inside.withLock { inside in
            if inside.lists.count > 200 { inside.lists = [:] }
            inside.lists[order.name] = (members, problems)
        }
    }

    /// The path of a member within the archive; empty where a file is compressed and nothing else.
    private static func name(_ member: ArchiveMember) -> String {
        member.name.hasPrefix("/") ? String(member.name.dropFirst()) : member.name
    }

    /// A sentence that names a path from the archive's root.
    private static func readable(_ problem: String) -> String {
        problem.hasPrefix("/")
            ? String(problem.dropFirst()) : problem.hasPrefix(" ") ? "It\(problem)" : problem
    }

    private static func unique() -> String { newIdentifier(at: Timestamp(microseconds: 0)) }

    private static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw EvidenceStore.fault("mkdir \(path)") }
    }

    private func touch(_ path: String, _ now: Timestamp) {
        var moment = timespec()
        moment.tv_sec = Int(now.microseconds / 1_000_000)
        let times = [moment, moment]
        _ = utimensat(AT_FDCWD, path, times, 0)
    }

    // MARK: Files

    /// A file that is being written under a name of its own.
    private final class Part {
        let path: String
        private let descriptor: Int32
        private let limits: LogShelfLimits
        private let folder: String
        private(set) var size: Int64 = 0
        private var checked: Int64 = 0
        private var isDone = false

        private let seal: EvidenceSeal?

        init(in folder: String, for order: Order, _ limits: LogShelfLimits, _ keys: KeyRing?) throws {
            seal = try keys.map { try EvidenceSeal(with: $0) }
            // The folder of evidence is there: bytes lie in it, or are put together in it.
            try LogShelf.makeFolder(String(folder.dropLast("/derived".count)))
            try LogShelf.makeFolder(folder)
            (self.folder, self.limits) = (folder, limits)
            path = "\(folder)/\(order.name).part-\(LogShelf.unique())"
            descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw EvidenceStore.fault("open \(path)") }
            try seal?.header.withUnsafeBytes { try EvidencePart.append($0, to: descriptor) }
        }

        deinit {
            close(descriptor)
            if !isDone { unlink(path) }
        }

        func write(_ bytes: UnsafeRawBufferPointer) throws {
            guard size + Int64(bytes.count) <= limits.unpacked else {
                throw Refusal(
                    .tooLarge, "too_large",
                    "It unpacks to more than \(EvidenceWords.size(limits.unpacked)), which is too much to be read here. Download it."
                )
            }
            if size - checked >= 64 << 20 {
                checked = size
                if let free = DiskRoom.free(of: folder), free < limits.room {
                    throw Refusal(
                        .full, "disk_full",
                        "There is no room on the disk to unpack it. Tell an administrator.")
                }
            }
            if let seal {
                try seal.applied(to: bytes, at: size).withUnsafeBytes {
                    try EvidencePart.append($0, to: descriptor)
                }
            } else {
                try EvidencePart.append(bytes, to: descriptor)
            }
            size += Int64(bytes.count)
        }

        func rename(to place: String) throws {
            guard Glibc.rename(path, place) == 0 else { throw EvidenceStore.fault("rename \(path)") }
            isDone = true
        }
    }

    /// Removes what the key in use does not open; it is made again when somebody asks.
    func forgetOthers() {
        guard let keys else { return }
        for name in Self.names(in: folder) where !name.contains(".part-") {
            let path = "\(folder)/\(name)"
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            // What cannot be read is made again too.
            let header = (try? EvidenceFile.read(descriptor, at: 0, count: EvidenceSeal.headerSize)) ?? []
            if EvidenceSeal.keyID(of: header) != keys.currentID { unlink(path) }
        }
    }

    /// Removes what nobody used for long, what was not finished, and what was made from bytes that no row names.
    /// - Returns: how many files were removed.
    func sweep(at now: Timestamp, used: @Sendable ([String]) async throws -> Set<String>) async throws -> Int
    {
        let names = Self.names(in: folder)
        let hashes = Set(names.map { String($0.prefix(64)) }).sorted()
        var known: Set<String> = []
        for start in stride(from: 0, to: hashes.count, by: 500) {
            known.formUnion(try await used(Array(hashes[start..<min(start + 500, hashes.count)])))
        }
        return names.filter { name in
            let path = "\(folder)/\(name)"
            let most =
                name.contains(".part-")
                ? EvidenceStore.partialGrace : name.hasSuffix(".text") ? limits.textAge : limits.indexAge
            guard !known.contains(String(name.prefix(64))) || Self.age(of: path, at: now) > most else {
                return false
            }
            return unlink(path) == 0
        }.count
    }

    private static func names(in folder: String) -> [String] {
        guard let list = opendir(folder) else { return [] }
        defer { closedir(list) }
        var names: [String] = []
        while let entry = readdir(list) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func age(of path: String, at now: Timestamp) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { return 0 }
        return now.microseconds / 1_000_000 - Int64(status.st_mtim.tv_sec)
    }
}
