import Crypto
import Domain
import HTTPTypes
import Hummingbird
package import NIOCore

/// A file that pages use: served under a name that holds its digest, so that it can be cached for ever.
package struct Asset: Sendable {
    /// The address.
    package let path: String
    /// The media type.
    package let type: String
    /// The content.
    package let bytes: [UInt8]
    /// The content as gzip.
    package let compressed: ByteBuffer?

    init(name: String, suffix: String, type: String, bytes: [UInt8]) {
        let digest = SHA256.hash(data: bytes).prefix(8).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
        path = "/assets/\(name).\(digest).\(suffix)"
        (self.type, self.bytes) = (type, bytes)
        compressed = Compression.gzip(ByteBuffer(bytes: bytes), level: Compression.bestLevel)
    }
}

/// The files that pages use, compiled into the executable.
package enum Assets {
    /// The style sheet.
    package static let style = Asset(
        name: "thirdline", suffix: "css", type: "text/css; charset=utf-8",
        bytes: PackageResources.thirdline_css)
    /// The script.
    package static let script = Asset(
        name: "thirdline", suffix: "js", type: "text/javascript; charset=utf-8",
        bytes: PackageResources.thirdline_js)
    /// The script of the page of a log.
    package static let logScript = Asset(
        name: "log", suffix: "js", type: "text/javascript; charset=utf-8", bytes: PackageResources.log_js)

    /// The routes that serve them.
    package static var routes: [Route] {
        [
            Route.open(.get, "/assets/{name}") { request in
                guard let asset = [style, script, logScript].first(where: { $0.path == request.path }) else {
                    throw Refusal.notFound("file")
                }
                var response = WebResponse(
                    headers: [
                        .contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable",
                        .vary: "Accept-Encoding",
                    ],
                    bytes: ByteBuffer(bytes: asset.bytes))
                if let compressed = asset.compressed,
                    Compression.accepts(request.headers[values: .acceptEncoding])
                {
                    response.replaceBody(with: compressed, encoding: "gzip")
                }
                return response
            },
            Route.open(.get, "/favicon.svg") { _ in
                WebResponse(
                    headers: [.contentType: "image/svg+xml", .cacheControl: "public, max-age=86400"],
                    bytes: ByteBuffer(string: favicon))
            },
        ]
    }

    private static let favicon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><rect x="2" y="3.5" width="16" height="2.5" rx="1.25" fill="#616978"/><rect x="2" y="8.75" width="11" height="2.5" rx="1.25" fill="#616978"/><rect x="2" y="14" width="16" height="2.5" rx="1.25" fill="#2553c4"/></svg>
        """
}
