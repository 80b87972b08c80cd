extension Policy {
    /// What the default document looks for in text for customers.
    static let defaultPreSend = """
        # What text for customers is looked through for before it is sent. `verdict`: block (it is not sent) or warn (the writer
        # confirms it first). A phrase may end in # for a number (ENG-#) or begin with a dot for the end of a name (.internal).
        # `unless`: words that make it harmless in the same sentence. `fine_with_next_step`: harmless where the text names a time,
        # asks a question or promises the next update. `secrets` and `personal_data`: block, warn or off.
        pre_send:
          secrets: block
          personal_data: warn
          checks:
            - {id: date, phrases: [will be fixed by, will be fixed on, fix will be released on, will be released on, will ship on], unless: [planned, expected, estimate], verdict: warn, why: "A date counts as a promise once it is read. Have Engineering confirm it, or say when you write again instead."}
            - {id: guarantee, phrases: [guarantee, guaranteed, will never happen again, cannot happen again, 100 % sure], unless: [not, cannot guarantee], verdict: warn, why: "Nobody can keep this for certain. Say what was done to prevent it."}
            - {id: blame, phrases: [your fault, your mistake, your own fault, you should not have, user error, you broke], verdict: warn, why: "It blames the reader. Say what happened and what helps."}
            - {id: vague, phrases: [looking into it, working on it, as soon as possible, asap, in due course, bear with us], fine_with_next_step: true, verdict: warn, why: "It leaves the reader waiting for nothing in particular. Say what is done next and when you write again."}
            - {id: internal_name, phrases: [.internal, .corp, .localdomain], verdict: warn, why: "It is a name that only colleagues know. Describe it in words that the customer knows."}
        """
}
