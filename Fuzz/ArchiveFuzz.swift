// Sources: Sources/Diagnosis/Archives Sources/Diagnosis/DecodedText.swift Sources/Diagnosis/UTF8Text.swift
// Flags: -ISources/CArchive -larchive

import Glibc

/// Holds the reader of archives to its promises on any bytes: it ends, gives no more than the limits allow, and no
/// member leads out of the archive.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzArchive(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0, let file = tmpfile() else { return 0 }
    defer { fclose(file) }
    fwrite(start, 1, count, file)
    fflush(file)
    rewind(file)
    var limits = ArchiveLimits()
    limits.ratioFrom = 1 << 16
    limits.ratio = 50
    limits.members = 50
    var reader = ArchiveReader(limits: limits)
    var given = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    reader.read(fileno(file), name: "fuzz") { member in
        precondition(!member.name.contains("/../"), "a name leads out")
        while true {
            let count = buffer.withUnsafeMutableBytes { member.read(into: $0) }
            if count == 0 { break }
            given += count
            precondition(given < 8 << 20, "more than the limits allow")
        }
    }
    return 0
}
