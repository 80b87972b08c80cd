/// What the first bytes of a file say it is, whatever its name says.
public struct FileKind: Hashable, Sendable {
    /// The media type.
    public var mediaType: String
    /// What people call it.
    public var name: String
    /// Width and height of an image that browsers can show without running anything.
    public var pixels: (width: Int, height: Int)? { size.map { ($0.width, $0.height) } }
    private var size: Size?

    private struct Size: Hashable { var width: Int, height: Int }

    private init(_ mediaType: String, _ name: String, _ size: (Int, Int)? = nil) {
        (self.mediaType, self.name) = (mediaType, name)
        self.size = size.map { Size(width: $0.0, height: $0.1) }
    }

    /// Whether it is an image whose format cannot carry a program that a browser would run, of a size that a browser
    /// can show.
    public var isSafeImage: Bool {
        guard let size, size.width > 0, size.height > 0 else { return false }
        return size.width <= 30_000 && size.height <= 30_000 && size.width * size.height <= 60_000_000
    }

    /// Whether a machine could run it.
    public var isProgram: Bool { mediaType == "application/x-executable" || mediaType == "text/x-script" }

    /// Whether it is text of any kind.
    public var isText: Bool { Self.isText(mediaType) }

    /// Whether a media type is one of texts.
    public static func isText(_ mediaType: String) -> Bool {
        mediaType.hasPrefix("text/") || mediaType == "application/json" || mediaType == "image/svg+xml"
    }

    /// Looks at the first bytes of a file; 4,096 are enough for anything but the size of some photographs.
    public init(sniffing bytes: [UInt8]) { self = Self.binary(bytes) ?? Self.text(bytes) }

    private static let binaries: [(magic: [UInt8], type: String, name: String)] = [
        ([0x7F, 0x45, 0x4C, 0x46], "application/x-executable", "program (ELF)"),
        ([0x4D, 0x5A], "application/x-executable", "program (Windows)"),
        ([0xCF, 0xFA, 0xED, 0xFE], "application/x-executable", "program (macOS)"),
        ([0xCA, 0xFE, 0xBA, 0xBE], "application/x-executable", "program (Java or macOS)"),
        ([0x00, 0x61, 0x73, 0x6D], "application/x-executable", "program (WebAssembly)"),
        ([0x25, 0x50, 0x44, 0x46, 0x2D], "application/pdf", "PDF"),
        ([0x50, 0x4B, 0x03, 0x04], "application/zip", "ZIP archive"),
        ([0x1F, 0x8B], "application/gzip", "gzip archive"),
        ([0x28, 0xB5, 0x2F, 0xFD], "application/zstd", "Zstandard archive"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "application/x-xz", "xz archive"),
        ([0x42, 0x5A, 0x68], "application/x-bzip2", "bzip2 archive"),
        ([0x37, 0x7A, 0xBC, 0xAF], "application/x-7z-compressed", "7-Zip archive"),
        ([0xD4, 0xC3, 0xB2, 0xA1], "application/vnd.tcpdump.pcap", "network capture"),
        ([0xA1, 0xB2, 0xC3, 0xD4], "application/vnd.tcpdump.pcap", "network capture"),
        ([0x0A, 0x0D, 0x0D, 0x0A], "application/x-pcapng", "network capture"),
        ([0x53, 0x51, 0x4C, 0x69, 0x74, 0x65, 0x20, 0x66], "application/vnd.sqlite3", "SQLite database"),
        ([0x50, 0x41, 0x52, 0x31], "application/vnd.apache.parquet", "Parquet"),
    ]

    private static func binary(_ bytes: [UInt8]) -> FileKind? {
        if let image = image(bytes) { return image }
        if bytes.starts(with: [0x1F, 0x8B]), bytes.count < 3 { return nil }
        for (magic, type, name) in binaries where bytes.starts(with: magic) {
            // Two letters are too few to call a text a program.
            if magic.count == 2, magic[0] == 0x4D, !bytes.prefix(512).contains(0) { continue }
            return FileKind(type, name)
        }
        return nil
    }

    // MARK: Images

    private static func image(_ bytes: [UInt8]) -> FileKind? {
        func big(_ at: Int, _ count: Int = 2) -> Int {
            (0..<count).reduce(0) { $0 << 8 | (at + $1 < bytes.count ? Int(bytes[at + $1]) : 0) }
        }
        func little(_ at: Int, _ count: Int = 2) -> Int {
            (0..<count).reversed().reduce(0) { $0 << 8 | (at + $1 < bytes.count ? Int(bytes[at + $1]) : 0) }
        }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            let isWhole = bytes.count >= 26 && bytes[12..<16].elementsEqual("IHDR".utf8)
            return FileKind("image/png", "PNG image", isWhole ? (big(16, 4), big(20, 4)) : nil)
        }
        if bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8) {
            return FileKind("image/gif", "GIF image", bytes.count >= 13 ? (little(6), little(8)) : nil)
        }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            return FileKind("image/jpeg", "JPEG image", jpeg(bytes))
        }
        guard bytes.count >= 30, bytes.starts(with: "RIFF".utf8), bytes[8..<12].elementsEqual("WEBP".utf8)
        else {
            return nil
        }
        switch String(decoding: bytes[12..<16], as: UTF8.self) {
        case "VP8 ": return FileKind("image/webp", "WebP image", (little(26) & 0x3FFF, little(28) & 0x3FFF))
        case "VP8L":
            let bits = little(21, 4)
            return FileKind("image/webp", "WebP image", ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        case "VP8X": return FileKind("image/webp", "WebP image", (little(24, 3) + 1, little(27, 3) + 1))
        default: return FileKind("image/webp", "WebP image")
        }
    }

    /// The size in the first frame header of a JPEG.
    private static func jpeg(_ bytes: [UInt8]) -> (Int, Int)? {
        var place = 2
        while place + 9 < bytes.count {
            guard bytes[place] == 0xFF else { return nil }
            let marker = bytes[place + 1]
            if marker == 0xFF { place += 1; continue }
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                return (
                    Int(bytes[place + 7]) << 8 | Int(bytes[place + 8]),
                    Int(bytes[place + 5]) << 8 | Int(bytes[place + 6])
                )
            }
            if marker == 0xDA || marker == 0xD9 { return nil }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            guard length >= 2 else { return nil }
            place += 2 + length
        }
        return nil
    }

    // MARK: Text

    private static func text(_ bytes: [UInt8]) -> FileKind {
        guard let decoded = DecodedText(guessing: Array(bytes.prefix(4096))) else {
            return FileKind("application/octet-stream", bytes.isEmpty ? "empty file" : "binary file")
        }
        let start = decoded.text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        let head = start.prefix(1500).lowercased()
        if head.hasPrefix("#!") { return FileKind("text/x-script", "script") }
        if head.hasPrefix("<svg") || head.hasPrefix("<?xml") && head.contains("<svg") {
            return FileKind("image/svg+xml", "SVG drawing")
        }
        for mark in ["<!doctype html", "<html", "<head", "<body", "<script", "<iframe"]
        where head.contains(mark) {
            return FileKind("text/html", "HTML")
        }
        if head.hasPrefix("<?xml") { return FileKind("text/xml", "XML") }
        if head.hasPrefix("{") || head.hasPrefix("[{") || head.hasPrefix("[\"") {
            return FileKind("application/json", "JSON")
        }
        return FileKind("text/plain", "text")
    }
}
