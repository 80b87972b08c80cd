// swift-tools-version:6.2
import PackageDescription

/// Nothing but the executable and tests imports these, so what their imports show to others does not matter.
let leaf: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
let strict: [SwiftSetting] = leaf + [.enableUpcomingFeature("InternalImportsByDefault")]
/// Byte-level code is optimised in debug builds too, so that its tests run at speed.
let quick: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
    name: "thirdline",
    products: [.executable(name: "thirdline", targets: ["thirdline"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CGMime", pkgConfig: "gmime-3.0", providers: [.apt(["libgmime-3.0-dev"])]),
        .systemLibrary(name: "CHyperscan", pkgConfig: "libhs", providers: [.apt(["libhyperscan-dev"])]),
        .systemLibrary(name: "CGNU"),
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "Diagnosis",
            dependencies: ["CArchive", "CHyperscan", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: quick),
        .target(name: "Domain", dependencies: ["Diagnosis"], swiftSettings: strict),
        .target(
            name: "Storage",
            dependencies: [
                "CGNU", "CPQ",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Web",
            dependencies: [
                "CZlib", "Diagnosis", "Domain",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("Assets/thirdline.css"), .embedInCode("Assets/thirdline.js"),
                .embedInCode("Assets/log.js"),
            ],
            swiftSettings: strict),
        .target(
            name: "Desk",
            dependencies: [
                "CCurl", "CGMime", "CZlib", "Diagnosis", "Domain", "Storage", "Web",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: leaf),
        .executableTarget(
            name: "thirdline",
            dependencies: [
                "CGNU", "Desk", "Diagnosis", "Domain", "Storage", "Web",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: leaf),
        .target(
            name: "TestSupport",
            dependencies: [
                "Desk", "Diagnosis", "Domain", "Storage", "Web",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/Support", swiftSettings: leaf),
        .testTarget(name: "DiagnosisTests", dependencies: ["Diagnosis"], swiftSettings: leaf),
        .testTarget(name: "DomainTests", dependencies: ["Diagnosis", "Domain"], swiftSettings: leaf),
        .testTarget(name: "StorageTests", dependencies: ["Storage", "TestSupport"], swiftSettings: leaf),
        .testTarget(name: "WebTests", dependencies: ["Domain", "Web"], swiftSettings: leaf),
        .testTarget(
            name: "DeskTests",
            dependencies: [
                "CZlib", "Desk", "Diagnosis", "Domain", "Storage", "TestSupport", "Web",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: leaf),
        .testTarget(name: "ArchitectureTests", swiftSettings: leaf),
    ],
    swiftLanguageModes: [.v6]
)
