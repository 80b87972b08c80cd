/// How much a multipart reader accepts.
///
/// It bounds only what the reader itself must hold. How many bytes a field or a file may have is for the
/// receiver to count.
package struct MultipartLimits: Hashable, Sendable {
    /// How many parts a body may have.
    package var parts: Int
    /// How many bytes the header of one part may have.
    package var headerBytes: Int

    /// Makes limits.
    package init(parts: Int = 1_000, headerBytes: Int = 16 << 10) {
        self.parts = parts
        self.headerBytes = headerBytes
    }
}
