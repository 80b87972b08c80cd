import Foundation

/// Bytes as text that can stand in an address (RFC 4648, section 5, without padding).
func base64URL(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
        "=", with: "")
}

/// The bytes of such text; nil where it is none.
func bytes(fromBase64URL text: String) -> [UInt8]? {
    guard text.utf8.count < 4096 else { return nil }
    var plain = text.replacing("-", with: "+").replacing("_", with: "/")
    while plain.utf8.count % 4 != 0 { plain += "=" }
    return Data(base64Encoded: plain).map(Array.init)
}
