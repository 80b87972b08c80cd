// Sources: Sources/Diagnosis/JSON Sources/Diagnosis/UTF8Text.swift

/// Holds the JSON reader to its promises on any bytes: it ends, what it accepts comes back from its own
/// text unchanged, and what it refuses has a place inside the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    do throws(JSONSyntaxError) {
        let value = try JSON(parsing: bytes)
        let text = value.text
        do throws(JSONSyntaxError) {
            let back = try JSON(parsing: text)
            precondition(back == value && value == back, "the text gives another value")
            precondition(back.hashValue == value.hashValue, "equal values have different hashes")
            precondition(back.text == text, "the text gives another text")
        } catch {
            preconditionFailure("the text of a value is refused: \(error)")
        }
        precondition(String(validating: bytes, as: UTF8.self) != nil, "text that is not UTF-8 is accepted")
    } catch {
        precondition((0...count).contains(error.offset), "the fault is outside the text")
        precondition(error.line >= 1 && error.column >= 1, "the fault has no place")
        precondition(!error.message.isEmpty && error.message.utf8.count < 1_000, "the message is unusable")
    }
    return 0
}
