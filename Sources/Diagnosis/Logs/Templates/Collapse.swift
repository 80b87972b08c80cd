/// A token of a signature or template, and the tokens before folding that it stands for.
struct Piece: Hashable, Sendable {
    var token: Int32
    /// The tokens before folding, `from..<to`.
    var from: Int32
    var to: Int32
}

/// Folds what is one value: `1.2.3:80`, `5 KB`, lists of values, groups that are repeated.
///
/// The number of elements is data, not text.
enum Collapse {
    private static let longestGroup = 10

    static func fold(_ pieces: [Piece], _ pool: borrowing TokenPool) -> [Piece] {
        var out: [Piece] = []
        out.reserveCapacity(pieces.count)
        for (index, piece) in pieces.enumerated() {
            var piece = piece
            if piece.token != TokenPool.value {
                let traits = pool[piece.token].traits
                if traits.contains(.unit), out.last?.token == TokenPool.value {
                    piece.token = TokenPool.value
                } else if traits.contains(.month) || traits.contains(.weekday), index + 1 < pieces.count {
                    let next = pieces[index + 1].token
                    if next == TokenPool.value || pool[next].traits.contains(.month) {
                        piece.token = TokenPool.value
                    }
                }
            }
            if piece.token == TokenPool.value, let last = out.last {
                if last.token == TokenPool.value {
                    out[out.count - 1].to = piece.to
                    continue
                }
                if out.count > 1, out[out.count - 2].token == TokenPool.value,
                    pool[last.token].traits.contains(.joint)
                {
                    out.removeLast()
                    out[out.count - 1].to = piece.to
                    continue
                }
            }
            out.append(piece)
            while foldGroup(&out, pool) {}
        }
        return out
    }

    /// Folds a repeated group at the end that holds a value; false where there is none.
    private static func foldGroup(_ out: inout [Piece], _ pool: borrowing TokenPool) -> Bool {
        let count = out.count
        guard count >= 4 else { return false }
        let lastTwo = out[count - 1].token == TokenPool.value
        var length = 2
        while length <= min(longestGroup, count / 2) {
            if matches(out, length, pool) {
                let end = out[count - 1].to
                out.removeLast(length)
                out[out.count - 1].to = end
                return true
            }
            if length == 3, matchesNamed(out, pool) {
                let end = out[count - 1].to
                out.removeLast(3)
                let start = out[out.count - 3].from
                out.removeLast(2)
                out[out.count - 1] = Piece(token: TokenPool.value, from: start, to: end)
                return true
            }
            length += 1
        }
        // value name:value
        if lastTwo, out[count - 4].token == TokenPool.value,
            pool[out[count - 2].token].traits.isSuperset(of: .colon),
            !pool[out[count - 2].token].followsBlank, pool[out[count - 3].token].traits.contains(.hasDot)
        {
            let end = out[count - 1].to
            out.removeLast(3)
            out[out.count - 1].to = end
            return true
        }
        return false
    }

    private static func matches(_ out: [Piece], _ length: Int, _ pool: borrowing TokenPool) -> Bool {
        let count = out.count
        var hasValue = false
        var offset = 1
        while offset <= length {
            let (later, earlier) = (out[count - offset].token, out[count - length - offset].token)
            if later != earlier, pool[later].bare != pool[earlier].bare { return false }
            if later == TokenPool.value { hasValue = true }
            offset += 1
        }
        return hasValue
    }

    /// `a.b:value c.d:value`.
    private static func matchesNamed(_ out: [Piece], _ pool: borrowing TokenPool) -> Bool {
        let count = out.count
        guard count >= 6, out[count - 1].token == TokenPool.value, out[count - 4].token == TokenPool.value
        else { return false }
        return pool[out[count - 2].token].traits.contains(.colon)
            && pool[out[count - 5].token].traits.contains(.colon)
            && pool[out[count - 3].token].traits.contains(.hasDot)
            && pool[out[count - 6].token].traits.contains(.hasDot)
    }
}
