extension TemplateReducer {
    /// A token of a signature that is compared as it is, or a hole with what fills it.
    private struct Unit {
        var range: Range<Int>
        var isHole: Bool
        var span: SpanKind?
    }

    private static let tailKinds = TokenKinds([
        .value, .dotted, .word, .state, .identifier, .sign, .quoted, .numbered,
    ])
    private static let leadKinds = TokenKinds([.word, .state, .identifier, .dotted, .quoted, .numbered])
    private static let holeKinds = TokenKinds([.value, .dotted, .quoted, .null, .numbered])
    private static let assignedKinds = TokenKinds([.word, .identifier, .state, .verb])

    /// Several parameters that vary together: signatures equal but for values, names, quoted words, single
    /// bracket contents and what stands behind `=`.
    /// - Parameter isLeadOpen: whether the first word may vary too.
    mutating func families(isLeadOpen: Bool) -> [[Piece]?] {
        var families: [UInt64: [(signature: Int, units: [Unit])]] = [:]
        for (index, tokens) in signatures.enumerated() {
            let units = units(of: tokens, isLeadOpen: isLeadOpen)
            var key: UInt64 = 0x77
            for unit in units {
                let part: UInt64 =
                    unit.isHole
                    ? 0x1000 + UInt64(unit.span.map { $0.rawValue + 1 } ?? 0)
                    : pool[tokens[unit.range.lowerBound]].hash
                key = StableHash.mix(key, part)
            }
            families[key, default: []].append((index, units))
        }
        var rewritten: [[Piece]?] = Array(repeating: nil, count: signatures.count)
        for (_, members) in families.sorted(by: { $0.key < $1.key }) where members.count > 1 {
            let parameters = parameters(of: members, isLeadOpen: isLeadOpen)
            if parameters.isEmpty { continue }
            for member in members {
                let tokens = signatures[member.signature]
                var pieces: [Piece] = []
                for (place, unit) in member.units.enumerated() {
                    if parameters.contains(place) {
                        pieces.append(
                            Piece(
                                token: TokenPool.value, from: Int32(unit.range.lowerBound),
                                to: Int32(unit.range.upperBound)))
                    } else {
                        for at in unit.range {
                            pieces.append(Piece(token: tokens[at], from: Int32(at), to: Int32(at + 1)))
                        }
                    }
                }
                rewritten[member.signature] = Collapse.fold(pieces, pool)
            }
        }
        return rewritten
    }

    /// Which of a family's holes are parameters.
    private mutating func parameters(
        of members: [(signature: Int, units: [Unit])], isLeadOpen: Bool
    ) -> Set<Int> {
        var parameters: Set<Int> = []
        let model = members[0]
        let flat = model.units.map { unit in
            unit.isHole ? TokenPool.value : signatures[model.signature][unit.range.lowerBound]
        }
        let words = ParameterRule.words(in: flat, pool)
        for place in model.units.indices where model.units[place].isHole {
            var seen: Set<UInt64> = []
            var fills: [ArraySlice<Int32>] = []
            for member in members {
                let fill = signatures[member.signature][member.units[place].range]
                if seen.insert(hash(of: Array(fill))).inserted { fills.append(fill) }
            }
            guard fills.count > 1 else { continue }
            if fills.allSatisfy({ $0.count == 1 }) {
                var kinds = ParameterRule.Fills()
                for fill in fills { for token in fill { kinds.add(pool[token].kind) } }
                let at = ParameterRule.place(place, in: flat, words: words, pool)
                if rule.isParameter(kinds, at: at) {
                    parameters.insert(place)
                    known.append(fills.flatMap { $0 })
                }
            } else if rule.isParameter(span: fills, model.units[place].span ?? .keyed, pool) {
                parameters.insert(place)
            }
        }
        return isLeadOpen && !parameters.contains(0) ? [] : parameters
    }

    /// The signature as literals and holes.
    private func units(of tokens: [Int32], isLeadOpen: Bool) -> [Unit] {
        var ends: [Int: (to: Int, kind: SpanKind)] = [:]
        for span in Span.all(in: tokens, pool) {
            switch span.kind {
            case .keyed:
                if ends[span.from]?.kind != .tail { ends[span.from] = (span.to, .keyed) }
            case .tail:
                let inside = tokens[span.from..<span.to]
                if !inside.isEmpty,
                    inside.allSatisfy({
                        Self.tailKinds.has(pool[$0].kind)
                            && pool[$0].traits.isDisjoint(with: [.comma, .semicolon, .colon])
                    })
                {
                    ends[span.from] = (span.to, .tail)
                }
            case .bracketed:
                let inside = tokens[span.from..<span.to]
                if ends[span.from] == nil, inside.count < 12,
                    inside.allSatisfy({ pool[$0].traits.isDisjoint(with: [.equals, .opening]) })
                {
                    ends[span.from] = (span.to, .bracketed)
                }
            case .list: break
            }
        }
        var units: [Unit] = []
        var at = 0
        while at <= tokens.count {
            if at > 0, let end = ends[at], end.to != at + 1, end.to - at < 40 {
                units.append(Unit(range: at..<end.to, isHole: true, span: end.kind))
                at = end.to
            }
            if at == tokens.count { break }
            let kind = pool[tokens[at]].kind
            let isAssigned = at > 0 && (pool[tokens[at - 1]].traits.contains(.equals) || ends[at] != nil)
            var isKey = false
            if at + 1 < tokens.count {
                let next = pool[tokens[at + 1]]
                isKey = next.traits.contains(.equals) && !next.followsBlank
            }
            let isHole =
                isLeadOpen && at == 0 && Self.leadKinds.has(kind) || Self.holeKinds.has(kind)
                || isAssigned && Self.assignedKinds.has(kind) || isKey && kind == .dotted
            units.append(Unit(range: at..<at + 1, isHole: isHole, span: isHole ? ends[at]?.kind : nil))
            at += 1
        }
        return units
    }
}
