import CZlib
import Domain
import HTTPTypes
import NIOCore

/// Which answers are sent compressed, and how.
///
/// How long a compressed page is tells something about what stands in it. Somebody who can make a signed-in person's
/// browser load a page with words of their choice in its address, and who sees the lengths on the wire, could guess the
/// rest letter by letter. So what is made for a signed-in browser is compressed only if that browser says that the
/// request came from this site or from the address bar; on links from other sites the page comes as it is. No page
/// holds a token that stays the same: cross-site writes are stopped without one, and the nonce is new in each answer.
/// Source: Y. Gluck, N. Harris, A. Prado, BREACH: reviving the CRIME attack, 2013.
enum Compression {
    /// Smaller bodies fit into a packet anyway.
    private static let least = 1400
    /// For pages: on ours, higher levels cost twice the time for a tenth of the bytes.
    private static let pageLevel: Int32 = 4
    /// For files that are compressed once.
    static let bestLevel: Int32 = 9

    /// Compresses the answer where its reader takes it and nobody else learns anything from its length.
    static func apply(to response: inout WebResponse, for request: WebRequest, isSecure: Bool) {
        guard let bytes = response.bytes, bytes.readableBytes >= least,
            response.headers[.contentEncoding] == nil, isText(response.headers[.contentType] ?? "")
        else { return }
        response.headers[.vary] = "Accept-Encoding"
        guard accepts(request.headers[values: .acceptEncoding]),
            isSafe(
                isSignedIn: request.headers[.cookie] != nil, site: request.headers[.secFetchSite],
                isSecure: isSecure),
            let small = gzip(bytes, level: pageLevel)
        else { return }
        response.replaceBody(with: small, encoding: "gzip")
    }

    /// Whether only the person who asked can have chosen what the answer holds.
    static func isSafe(isSignedIn: Bool, site: String?, isSecure: Bool) -> Bool {
        guard isSignedIn else { return true }
        // Browsers leave this header out where the page is not encrypted, and then everybody can read it anyway.
        guard let site else { return !isSecure }
        return site == "same-origin" || site == "none"
    }

    /// Whether the header takes gzip; `gzip;q=0` does not.
    static func accepts(_ fields: [String]) -> Bool {
        for item in fields.joined(separator: ",").lowercased().split(separator: ",") {
            let parts = item.split(separator: ";").map { String($0).trimmingWhitespace }
            guard parts.first == "gzip" || parts.first == "x-gzip" || parts.first == "*" else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return (quality ?? 1) > 0
        }
        return false
    }

    private static func isText(_ type: String) -> Bool {
        type.hasPrefix("text/") || type.hasPrefix("application/json")
            || type.hasPrefix("application/problem+json")
            || type.hasPrefix("image/svg+xml")
    }

    /// The bytes as gzip; nil where zlib has no memory for it.
    static func gzip(_ bytes: ByteBuffer, level: Int32) -> ByteBuffer? {
        var stream = z_stream()
        let begun = deflateInit2_(
            &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard begun == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let most = Int(deflateBound(&stream, UInt(bytes.readableBytes)))
        var result = ByteBufferAllocator().buffer(capacity: most)
        let isDone = bytes.withUnsafeReadableBytes { input -> Bool in
            result.writeWithUnsafeMutableBytes(minimumWritableBytes: most) { output in
                // zlib reads from this pointer and never writes through it.
                stream.next_in = UnsafeMutablePointer(
                    mutating: input.bindMemory(to: Bytef.self).baseAddress)
                stream.avail_in = uInt(input.count)
                stream.next_out = output.bindMemory(to: Bytef.self).baseAddress
                stream.avail_out = uInt(output.count)
                guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { return 0 }
                return Int(stream.total_out)
            } > 0
        }
        return isDone ? result : nil
    }
}
