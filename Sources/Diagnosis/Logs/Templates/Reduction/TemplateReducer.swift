/// Finds the templates of a set of signatures: a pure function of the set.
///
/// Each step looks at the whole set, decides, and then rewrites all signatures at once, so that neither
/// order nor shards nor days play a part. Steps: families of signatures that differ in values and names;
/// the same with the first word open; then up to five rounds of words, spans, pairs of words and objects
/// that vary in otherwise equal signatures.
struct TemplateReducer {
    static let rounds = 5

    let pool: TokenPool
    var rule = ParameterRule()
    /// The different signatures as they stand, by their tokens.
    var signatures: [[Int32]] = []
    /// For each original signature: which of `signatures` it is now.
    private(set) var current: [Int] = []
    /// For each original signature: which of its tokens each token now stands for.
    private(set) var pieces: [[Piece]]
    /// Sets of words that were found to fill a parameter.
    var known: [[Int32]] = []
    /// Objects of several words, by hash, that were found in an earlier round.
    var objects: Set<UInt64> = []

    /// Prepares the reduction of signatures of tokens from `pool`.
    init(_ originals: [[Int32]], pool: TokenPool) {
        self.pool = pool
        pieces = originals.map { tokens in
            tokens.indices.map { Piece(token: tokens[$0], from: Int32($0), to: Int32($0 + 1)) }
        }
        current = Array(repeating: 0, count: originals.count)
        regroup()
    }

    /// Runs all steps.
    mutating func reduce() {
        apply(families(isLeadOpen: false))
        apply(families(isLeadOpen: true))
        for _ in 0..<Self.rounds {
            if !apply(round()) { break }
        }
    }

    /// The tokens' content, equal for equal signatures in every run.
    func hash(of tokens: [Int32]) -> UInt64 {
        var hash: UInt64 = 0x51
        for token in tokens { hash = StableHash.mix(hash, pool[token].hash) }
        return hash
    }

    /// Rewrites every signature; false if all stayed as they were.
    @discardableResult
    private mutating func apply(_ rewritten: [[Piece]?]) -> Bool {
        var isChanged = false
        for index in pieces.indices {
            guard let rewrite = rewritten[current[index]] else { continue }
            let old = pieces[index]
            let new = rewrite.map { piece in
                let (from, to) = (Int(piece.from), Int(piece.to))
                guard to > from else {
                    let edge = from < old.count ? old[from].from : old.last?.to ?? 0
                    return Piece(token: piece.token, from: edge, to: edge)
                }
                return Piece(token: piece.token, from: old[from].from, to: old[to - 1].to)
            }
            if !isChanged, new.count != old.count || zip(new, old).contains(where: { $0.token != $1.token }) {
                isChanged = true
            }
            pieces[index] = new
        }
        if isChanged { regroup() }
        return isChanged
    }

    private mutating func regroup() {
        var places: [UInt64: Int] = [:]
        var distinct: [(hash: UInt64, tokens: [Int32])] = []
        var place = Array(repeating: 0, count: pieces.count)
        for index in pieces.indices {
            let tokens = pieces[index].map(\.token)
            let hash = hash(of: tokens)
            if let known = places[hash] {
                place[index] = known
            } else {
                places[hash] = distinct.count
                place[index] = distinct.count
                distinct.append((hash, tokens))
            }
        }
        // In an order that the content alone decides.
        let order = distinct.indices.sorted { distinct[$0].hash < distinct[$1].hash }
        var rank = Array(repeating: 0, count: order.count)
        for (position, index) in order.enumerated() { rank[index] = position }
        signatures = order.map { distinct[$0].tokens }
        current = place.map { rank[$0] }
    }
}
