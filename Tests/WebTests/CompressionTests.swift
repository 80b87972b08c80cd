import Testing

@testable import Web

/// Who gets answers compressed.
@Suite("Compression, the rules")
struct CompressionRuleTests {
    @Test("Only a header that takes gzip gets it")
    func accepted() {
        for fields in [
            ["gzip"], ["gzip, deflate, br"], ["br;q=1.0", "GZIP;q=0.8"], ["*"], ["deflate , gzip ; q=0.001"],
        ] { #expect(Compression.accepts(fields), "\(fields)") }
        for fields in [[], [""], ["br"], ["gzip;q=0"], ["gzip; q=0.0, br"], ["identity"], ["gzipped"]] {
            #expect(!Compression.accepts(fields), "\(fields)")
        }
    }

    @Test("For a signed-in browser over TLS only what this site or the address bar asked for is compressed")
    func safe() {
        for site in ["same-origin", "none"] {
            #expect(Compression.isSafe(isSignedIn: true, site: site, isSecure: true))
        }
        for site in ["cross-site", "same-site", "", nil] {
            #expect(!Compression.isSafe(isSignedIn: true, site: site, isSecure: true))
            #expect(Compression.isSafe(isSignedIn: false, site: site, isSecure: true))
        }
        #expect(Compression.isSafe(isSignedIn: true, site: nil, isSecure: false))
        #expect(!Compression.isSafe(isSignedIn: true, site: "cross-site", isSecure: false))
    }
}
