import Domain

/// An unfinished file in a bucket, as the pieces that came so far, so that any node can go on with it.
///
/// A piece is an object `partial/ID/OFFSET-DIGEST`, or `partial/ID/OFFSET-DIGEST.sealed` where it is encrypted. Two nodes that wrote at one place, because the client changed
/// over while the first was still at it, leave two pieces of the same file; together they cover what either has.
struct EvidencePieces: Sendable {
    private let bucket: Bucket
    private let prefix: String
    private let keys: KeyRing?

    init(_ bucket: Bucket, _ id: String, keys: KeyRing?) {
        (self.bucket, prefix, self.keys) = (bucket, "partial/\(id)/", keys)
    }

    private struct Piece {
        var key: String
        var start: Int64
        var end: Int64
    }

    /// Marks the file as begun.
    func begin() throws { try bucket.put(prefix + "begun", []) }

    /// Adds what a file holds as a piece at a place.
    /// - Parameter digest: SHA-256 of the file as it lies, in hexadecimal.
    func add(_ descriptor: Int32, count: Int64, at offset: Int64, digest: String, sealed isSealed: Bool)
        throws
    {
        try bucket.put(
            "\(prefix)\(pad(Int(offset), 16))-\(digest)\(isSealed ? Self.sealed : "")", file: descriptor,
            count: count, digest: digest)
    }

    private static let sealed = ".sealed"

    /// How many bytes from the beginning there are; nil where nothing was begun.
    func size() throws -> Int64? {
        let objects = try bucket.objects(prefix: prefix)
        guard !objects.isEmpty else { return nil }
        return Self.way(pieces(objects), upTo: .max).last?.end ?? 0
    }

    /// Gives the first bytes of the file, in order.
    func read(upTo size: Int64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let way = Self.way(pieces(try bucket.objects(prefix: prefix)), upTo: size)
        guard way.last?.end ?? 0 >= size else {
            throw EvidenceFault(description: "pieces of \(prefix) are gone from the bucket")
        }
        var place: Int64 = 0
        for piece in way {
            guard let file = try EvidenceFile(bucket, piece.key, keys: keys) else {
                throw EvidenceFault(description: "\(piece.key) is gone from the bucket")
            }
            while place < min(piece.end, size) {
                let count = Int(min(4 << 20, min(piece.end, size) - place))
                let bytes = try file.read(at: place - piece.start, count: count)
                try bytes.withUnsafeBytes(body)
                place += Int64(bytes.count)
            }
        }
    }

    /// Takes every piece away.
    func discard() throws {
        for object in try bucket.objects(prefix: prefix) { try bucket.delete(object.key) }
    }

    private func pieces(_ objects: [Bucket.Object]) -> [Piece] {
        objects.compactMap { object in
            guard let start = Int64(object.key.dropFirst(prefix.count).prefix { $0 != "-" }) else {
                return nil
            }
            let header = object.key.hasSuffix(Self.sealed) ? Int64(EvidenceSeal.headerSize) : 0
            return Piece(key: object.key, start: start, end: start + object.size - header)
        }
    }

    /// The pieces that lead from the beginning as far as they go without a gap, each further than the one before.
    private static func way(_ pieces: [Piece], upTo size: Int64) -> [Piece] {
        var way: [Piece] = []
        var end: Int64 = 0
        while end < size,
            let next = pieces.filter({ $0.start <= end && $0.end > end }).max(by: { $0.end < $1.end })
        {
            way.append(next)
            end = next.end
        }
        return way
    }
}
