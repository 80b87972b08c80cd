import Domain

/// Where a request came from, by what proxies that are trusted say.
///
/// Each proxy appends the address that it saw to `X-Forwarded-For`; whatever stands left of the last address that no
/// trusted proxy added can be forged and is not believed.
/// - Parameters:
///   - peer: the other end of the socket.
///   - forwarded: the values of `X-Forwarded-For`, in the order of the header fields.
///   - trusted: the addresses of proxies whose word is taken; without any, the header says nothing.
package func clientAddress(peer: String, forwarded: [String], trusted: Set<String>) -> String {
    var address = peer
    let hops = forwarded.joined(separator: ",").split(separator: ",").map { String($0).trimmingWhitespace }
    for hop in hops.reversed() {
        guard trusted.contains(address), !hop.isEmpty, hop.utf8.count <= 64 else { break }
        address = hop
    }
    return address
}
