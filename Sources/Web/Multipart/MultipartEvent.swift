/// What a multipart reader meets, in the order of the body.
package enum MultipartEvent {
    /// A part begins.
    ///
    /// `filename` is nil for a field that is no file. It is empty when no file was chosen, or when nothing
    /// is left of a name that was only a path.
    case part(name: String, filename: String?, contentType: String?)
    /// The next bytes of the part, never none; they are valid only while the receiver runs.
    case body(UnsafeRawBufferPointer)
    /// The part is complete.
    case end
}
