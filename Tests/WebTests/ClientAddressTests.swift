import Testing
import Web

/// Where a request came from when proxies stand before the server.
@Suite("Addresses behind proxies")
struct ClientAddressTests {
    @Test("Without a trusted proxy the header says nothing, whoever sends it")
    func untrusted() {
        #expect(clientAddress(peer: "9.9.9.9", forwarded: ["1.2.3.4"], trusted: []) == "9.9.9.9")
        #expect(clientAddress(peer: "9.9.9.9", forwarded: ["1.2.3.4"], trusted: ["127.0.0.1"]) == "9.9.9.9")
    }

    @Test(
        "A trusted proxy is believed about the address it saw, and about nothing that the client wrote before"
    )
    func trusted() {
        let trusted: Set = ["127.0.0.1", "10.0.0.2"]
        func address(_ forwarded: String...) -> String {
            clientAddress(peer: "127.0.0.1", forwarded: forwarded, trusted: trusted)
        }
        #expect(address("5.5.5.5") == "5.5.5.5")
        #expect(address("1.1.1.1, 5.5.5.5") == "5.5.5.5")
        #expect(address("1.1.1.1, 5.5.5.5,10.0.0.2") == "5.5.5.5")
        #expect(address("1.1.1.1", "5.5.5.5") == "5.5.5.5")
        #expect(address("10.0.0.2, 127.0.0.1") == "10.0.0.2")
        #expect(address() == "127.0.0.1")
        #expect(address(" ") == "127.0.0.1")
        #expect(address(String(repeating: "a", count: 65)) == "127.0.0.1")
    }
}
