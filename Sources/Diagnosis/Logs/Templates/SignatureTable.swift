/// The different messages of a log with all values alike, and how often each stands there.
///
/// Tables of parts of a log add up to the table of the whole, in any order. Memory is bounded: when the
/// table is full, messages of new shapes are counted together as `overflow`.
struct SignatureTable: Sendable {
    /// How much a table may hold.
    struct Limits: Sendable {
        var shapes = 200_000
        /// Tokens of all signatures together.
        var tokens = 6_000_000
        /// Bytes of all different words together.
        var words = 64 << 20
    }

    /// The place of messages that the full table had no room for.
    static let overflow: Int32 = 0

    private(set) var pool = TokenPool()
    /// The different signatures, each with its tokens.
    private(set) var signatures: [[Int32]] = [[TokenPool.value]]
    private var signaturePlaces: [UInt64: Int32] = [:]
    private var tokenCount = 0
    let limits: Limits

    /// For each shape: its signature.
    private(set) var signatureOfShape: [Int32] = [0]
    /// For each shape: its hash.
    private(set) var hashOfShape: [UInt64] = [0]
    /// For each shape: how many messages had it.
    var counts: [Int] = [0]
    /// Hash and place of shapes, open addressing; a hash of 0 is free.
    private var slots: [(hash: UInt64, place: Int32)]
    private var mask: Int

    init(limits: Limits = Limits()) {
        self.limits = limits
        slots = Array(repeating: (0, 0), count: 4096)
        mask = 4095
    }

    /// The place of a shape, or nil where it is new.
    @inline(__always)
    func place(of hash: UInt64) -> Int32? {
        let hash = hash | 1
        var at = Int(truncatingIfNeeded: hash >> 20) & mask
        return slots.withUnsafeBufferPointer { slots in
            while true {
                let slot = slots[at]
                if slot.hash == hash { return slot.place }
                if slot.hash == 0 { return nil }
                at = (at + 1) & mask
            }
        }
    }

    /// Adds a message of a new shape; returns its place, or `overflow` when the table is full.
    mutating func insert(_ message: LineBytes, shape: UInt64, _ tokenizer: inout Tokenizer) -> Int32 {
        guard signatureOfShape.count < limits.shapes, tokenCount < limits.tokens, pool.bytes < limits.words
        else { return Self.overflow }
        let raw = tokenizer.record(message)
        var pieces: [Piece] = []
        pieces.reserveCapacity(raw.count)
        for (index, token) in raw.enumerated() {
            pieces.append(
                Piece(token: pool.number(of: token, in: message), from: Int32(index), to: Int32(index + 1)))
        }
        let tokens = Collapse.fold(pieces, pool).map(\.token)
        return insert(shape: shape, signature: place(ofSignature: tokens))
    }

    /// Adds a request of a new shape: its method, the parts of its route and its status are words.
    mutating func insert(_ access: AccessLine, _ line: LineBytes, shape: UInt64) -> Int32 {
        guard signatureOfShape.count < limits.shapes, tokenCount < limits.tokens, pool.bytes < limits.words
        else { return Self.overflow }
        let method = line.slice(access.method.lowerBound, access.method.upperBound).text
        var tokens = [pool.number(ofRoute: method, followsBlank: false, kind: .sign)]
        var isFirst = true
        access.eachSegment(line) { segment in
            tokens.append(pool.number(ofRoute: segment.map { "/" + $0.text } ?? "/", followsBlank: isFirst))
            if segment == nil { tokens.append(TokenPool.value) }
            isFirst = false
        }
        if isFirst { tokens.append(pool.number(ofRoute: "/", followsBlank: true)) }
        tokens.append(pool.number(ofRoute: String(access.status), followsBlank: true, kind: .sign))
        return insert(shape: shape, signature: place(ofSignature: tokens))
    }

    /// What each token of a message's signature stands for in the message.
    func fold(_ raw: [RawToken], _ message: LineBytes) -> [Piece] {
        let pieces = raw.enumerated().map { index, token in
            Piece(token: pool.known(token, in: message), from: Int32(index), to: Int32(index + 1))
        }
        return Collapse.fold(pieces, pool)
    }

    private mutating func place(ofSignature tokens: [Int32]) -> Int32 {
        var hash: UInt64 = 0x51
        for token in tokens { hash = StableHash.mix(hash, pool[token].hash) }
        if let known = signaturePlaces[hash] { return known }
        let place = Int32(signatures.count)
        signatures.append(tokens)
        signaturePlaces[hash] = place
        tokenCount += tokens.count + 4
        return place
    }

    private mutating func insert(shape: UInt64, signature: Int32) -> Int32 {
        if signatureOfShape.count * 2 > slots.count { grow() }
        let place = Int32(signatureOfShape.count)
        signatureOfShape.append(signature)
        hashOfShape.append(shape)
        counts.append(0)
        set(shape, place)
        return place
    }

    private mutating func set(_ shape: UInt64, _ place: Int32) {
        let hash = shape | 1
        var at = Int(truncatingIfNeeded: hash >> 20) & mask
        while slots[at].hash != 0 { at = (at + 1) & mask }
        slots[at] = (hash, place)
    }

    private mutating func grow() {
        slots = Array(repeating: (0, 0), count: slots.count * 2)
        mask = slots.count - 1
        for place in 1..<signatureOfShape.count { set(hashOfShape[place], Int32(place)) }
    }

    /// Adds another table; returns the place here of each of its shapes.
    mutating func merge(_ other: borrowing SignatureTable) -> [Int32] {
        let numbers = pool.adopt(other.pool)
        var places: [Int32] = [Self.overflow]
        counts[0] += other.counts[0]
        for shape in 1..<max(1, other.signatureOfShape.count) {
            let hash = other.hashOfShape[shape]
            var here = place(of: hash)
            if here == nil {
                if signatureOfShape.count < limits.shapes, tokenCount < limits.tokens {
                    let tokens = other.signatures[Int(other.signatureOfShape[shape])].map { numbers[Int($0)] }
                    here = insert(shape: hash, signature: place(ofSignature: tokens))
                } else {
                    here = Self.overflow
                }
            }
            let place = here ?? Self.overflow
            counts[Int(place)] += other.counts[shape]
            places.append(place)
        }
        return places
    }
}
